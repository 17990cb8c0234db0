import { z } from "zod";
import type { DerivedKeys } from "../derived-keys.ts";
import { seal, unsealWithAny } from "../tokens/keys/seal.ts";
import { mailRequestSchema, type MailRequest } from "./mail-request.ts";
import { mailSchema, type Mail } from "./mail.ts";

/** What a row of the mail table holds. */
export type MailContent = Mail | MailRequest;

const contentSchema = z.union([mailSchema, mailRequestSchema]);

/** Encrypts a content for the row with this id: it opens in no other. */
export function sealContent(keys: DerivedKeys, id: string, content: MailContent): Uint8Array {
  return seal(keys[0], id, Buffer.from(JSON.stringify(content)));
}

/** `undefined` when none of the keys opens it, or when what is inside is not a content of ours. */
export function openContent(
  keys: DerivedKeys,
  id: string,
  sealed: Uint8Array,
): MailContent | undefined {
  const opened = unsealWithAny(keys, id, sealed);
  return opened && contentSchema.safeParse(parseJson(opened.plaintext)).data;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    // Sealed by us and yet no JSON: another version's, to be told as unreadable like any other.
    return undefined;
  }
}
