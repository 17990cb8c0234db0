import type { IncomingHttpHeaders } from "node:http";

const prefix = "Bearer ";

/** The token of a request, if it has one. */
export function bearerToken({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization?.startsWith(prefix) === true
    ? authorization.slice(prefix.length)
    : undefined;
}

export function bearerOf(token: string): { readonly authorization: string } {
  return { authorization: `${prefix}${token}` };
}
