import type { AnswerHeaders, RequestHeaders } from "./request-head.ts";

const secureName = "__Host-portcullis_refresh";
const plainName = "portcullis_refresh";
/** Longest Cookie header that is looked at, in characters. */
const headerLengthMax = 8192;

/** The refresh token of a browser, in a cookie that scripts cannot read. */
export interface RefreshCookie {
  /**
   * Whether the answer may set the cookie: the request comes from a page over https, or from one of
   * this machine, for anywhere else it would travel in clear; and the answer is not streamed, for
   * then its headers are gone before the call runs, and the cookie would be lost.
   */
  readonly isAllowed: boolean;
  /** The token, if the request brought exactly one. */
  read(): string | undefined;
  /** @param maxAgeSeconds until the refresh token is over. */
  set(refreshToken: string, maxAgeSeconds: number): void;
  clear(): void;
}

/**
 * The `__Host-` prefix makes browsers refuse the cookie from other hosts, from sub-domains and
 * without TLS (RFC 6265bis, section 4.1.3.2). Only pages at http://localhost get it under a plain
 * name. The page is told by its Origin, which browsers send with every POST and no page can change;
 * the Host header is often that of a proxy.
 */
export function createRefreshCookie(
  request: RequestHeaders,
  answer: AnswerHeaders,
  isStreamed: boolean,
): RefreshCookie {
  const page = judgePage(request.get("origin"));
  const name = page === "local" ? plainName : secureName;
  const attributes = `Path=/; HttpOnly; SameSite=Strict${page === "local" ? "" : "; Secure"}`;
  const write = (value: string, maxAgeSeconds: number): void => {
    answer.append("set-cookie", `${name}=${value}; Max-Age=${maxAgeSeconds}; ${attributes}`);
  };
  return {
    isAllowed: page !== "other" && !isStreamed,
    read: () => (page === "other" ? undefined : readCookie(request.get("cookie"), name)),
    set: write,
    clear: () => write("", 0),
  };
}

/** Where no answer has headers of its own: nothing is read, and nothing can be set. */
export const noRefreshCookie: RefreshCookie = {
  isAllowed: false,
  read: () => undefined,
  set: () => undefined,
  clear: () => undefined,
};

/**
 * The refresh token of a request for a page, which says no Origin. The plain name counts only for a
 * host that is this machine, for elsewhere a sub-domain or the network could have set it.
 */
export function readCookieOfPage(request: RequestHeaders): string | undefined {
  const header = request.get("cookie");
  const secure = readCookie(header, secureName);
  if (secure !== undefined) return secure;
  const isLocal = judgePage(`http://${request.get("host")}`) === "local";
  return isLocal ? readCookie(header, plainName) : undefined;
}

function judgePage(origin: string | null): "secure" | "local" | "other" {
  if (origin === null || !URL.canParse(origin)) return "other";
  const { protocol, hostname } = new URL(origin);
  if (protocol === "https:") return "secure";
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  return protocol === "http:" && isLocal ? "local" : "other";
}

/** Two cookies of the name mean that somebody planted one: neither is believed. */
function readCookie(header: string | null, name: string): string | undefined {
  if (header === null || header.length > headerLengthMax) return undefined;
  const values = header
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 ? values[0] : undefined;
}
