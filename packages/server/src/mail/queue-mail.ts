import { randomUUID } from "node:crypto";
import { insertMail } from "../repositories/mail.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import type { MailParts } from "./mail-parts.ts";
import { sealContent, type MailContent } from "./sealed-content.ts";

/**
 * Writes a mail down in the caller's transaction: it is sent if that commits, at least once, within
 * some seconds; sooner when the worker is nudged after the commit.
 */
export function queueMail(
  { sealKeys, now }: Pick<MailParts, "sealKeys" | "now">,
  transaction: AuthTransaction,
  content: MailContent,
): Promise<void> {
  const id = randomUUID();
  return insertMail(transaction, {
    id,
    kind: content.kind,
    contentEncrypted: sealContent(sealKeys, id, content),
    createdAtMs: now(),
  });
}
