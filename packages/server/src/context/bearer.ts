import type { RequestHeaders } from "./request-head.ts";

/** What a request's token header holds. */
export type PresentedToken =
  | { readonly kind: "absent" }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "malformed" };

/**
 * Reads `Bearer <token>` (RFC 6750, section 2.1) exactly: one blank, that spelling. A header sent
 * twice arrives joined by a comma and is malformed. Under a header name of its own the token may
 * also stand bare.
 */
export function readBearer(headers: RequestHeaders, headerName: string): PresentedToken {
  const value = headers.get(headerName);
  if (value === null) return { kind: "absent" };
  return parseBearer(value, headerName === "authorization");
}

/** The same for the connection parameters of a WebSocket, which has no headers that pages can set. */
export function readBearerParameter(
  parameters: Readonly<Record<string, string | undefined>> | null,
): PresentedToken {
  const value = parameters?.["authorization"];
  return value === undefined ? { kind: "absent" } : parseBearer(value, true);
}

function parseBearer(value: string, needsScheme: boolean): PresentedToken {
  const match = /^(Bearer )?([A-Za-z0-9._-]+)$/.exec(value);
  const isBearer = match?.[1] !== undefined;
  if (match?.[2] === undefined || (!isBearer && needsScheme)) return { kind: "malformed" };
  return { kind: "token", token: match[2] };
}
