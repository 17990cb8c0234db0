import { parseOpaqueToken } from "../tokens/opaque-token.ts";
import type { OpaqueToken } from "../tokens/opaque-token.ts";

/** Tells a client's id from every `sub`, which is a bare UUID (RFC 9068, section 5). */
const idPrefix = "client-";
/** Longest Authorization header that is looked at, in characters. Ours have at most 360. */
const headerLengthMax = 1024;

/** What a client authenticates with (RFC 6749, section 2.3.1). */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A client's credentials are the two halves of an opaque token. */
export function writeCredentials(token: OpaqueToken): ClientCredentials {
  return {
    clientId: `${idPrefix}${token.id}`,
    clientSecret: token.secret.toString("base64url"),
  };
}

/** Credentials of the right form; nothing is known of whether they are right. */
export interface PresentedClient {
  readonly clientId: string;
  readonly token: OpaqueToken;
}

/**
 * Reads an Authorization header of the scheme Basic (RFC 7617) whose user and password are encoded
 * as forms are (RFC 6749, section 2.3.1). The scheme may have any case; all else has one spelling
 * but for percent signs, which clients may use for any character.
 */
export function readBasicCredentials(header: string | null): PresentedClient | undefined {
  if (header === null || header.length > headerLengthMax) return undefined;
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) return undefined;
  const [id, secret, ...rest] = bytes.toString("latin1").split(":", 3).map(decodeFormValue);
  if (id === undefined || secret === undefined || rest.length > 0) return undefined;
  if (!id.startsWith(idPrefix)) return undefined;
  const token = parseOpaqueToken(`${id.slice(idPrefix.length)}.${secret}`);
  return token && { clientId: id, token };
}

/** The text of one form-encoded value, of the characters that ids and secrets are made of. */
function decodeFormValue(value: string): string | undefined {
  const decoded = value.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return /^[A-Za-z0-9_-]+$/.test(decoded) ? decoded : undefined;
}
