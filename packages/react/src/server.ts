/** Headers of a request, as `Request` and the frameworks have them. */
export type IncomingHeaders = Pick<Headers, "get">;

/** What {@link forwardHeaders} takes besides the headers. */
export interface ForwardOptions {
  /** Names of cookies that are sent along, besides those of Portcullis. Default: none. */
  readonly cookies?: readonly string[];
  /**
   * IP address of the other end of the incoming connection. Put at the end of X-Forwarded-For, as
   * proxies do; without it the header is not sent. The API believes it only when this server is among
   * its trusted proxies. Default: none.
   */
  readonly peerAddress?: string;
}

const portcullisCookies = ["__Host-portcullis_refresh", "portcullis_refresh"];
const copiedHeaders = ["accept-language", "user-agent"];
/** Longer ones are not sent on; a browser has no reason to send one. */
const headerLengthMax = 8_192;

/**
 * The headers of an incoming request that a server may send on when it calls the API to render a
 * page: `Accept-Language`, `User-Agent`, of `Cookie` what is named, and `X-Forwarded-For`. Nothing
 * else, above all no `Authorization`. Each is left out when it is longer than 8192 characters.
 *
 * Send them to your own API only: the refresh cookie signs its user in. `auth.readSession` and
 * `auth.createServerContext` read it there without using it up; do not call `auth.refresh` with it, for
 * the browser would not learn of the new one.
 *
 * @example
 * ```ts
 * import { forwardHeaders } from "@portcullis/react/server";
 *
 * declare const request: Request; // for the page
 * const headers = forwardHeaders(request.headers, { cookies: ["theme"] });
 * const answer = await fetch("https://api.example.com/page-data", { headers });
 * ```
 */
export function forwardHeaders(
  incoming: IncomingHeaders,
  { cookies = [], peerAddress }: ForwardOptions = {},
): Record<string, string> {
  const forwarded: Record<string, string> = {};
  for (const name of copiedHeaders) {
    const value = read(incoming, name);
    if (value !== undefined) forwarded[name] = value;
  }
  const cookie = pickCookies(read(incoming, "cookie") ?? "", [...portcullisCookies, ...cookies]);
  if (cookie !== "") forwarded["cookie"] = cookie;
  if (peerAddress !== undefined) {
    const before = read(incoming, "x-forwarded-for");
    forwarded["x-forwarded-for"] = before === undefined ? peerAddress : `${before}, ${peerAddress}`;
  }
  return forwarded;
}

function read(incoming: IncomingHeaders, name: string): string | undefined {
  const value = incoming.get(name);
  return value === null || value === "" || value.length > headerLengthMax ? undefined : value;
}

function pickCookies(header: string, names: readonly string[]): string {
  return header
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => names.includes(pair.split("=", 1)[0] ?? ""))
    .join("; ");
}
