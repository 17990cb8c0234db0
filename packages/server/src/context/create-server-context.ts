import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { AuthContext, CheckOutcome } from "./auth-context.ts";
import { readCaller } from "./read-caller.ts";
import { readSession } from "./read-session.ts";
import type { RequestHeaders } from "./request-head.ts";
import { noRefreshCookie } from "./refresh-cookie.ts";

/** The request for which a server renders. */
export interface ServerRequest {
  readonly headers: RequestHeaders;
}

/** Makes a context for the calls of a server that renders, as whoever sent the request. */
export function createServerContext(parts: Parts, { headers }: ServerRequest): AuthContext {
  let check: Promise<CheckOutcome> | undefined;
  return {
    ...readCaller(parts.settings, headers, undefined),
    transport: "server",
    callCount: 1,
    resHeaders: new Headers(),
    refreshCookie: noRefreshCookie,
    checkAccessToken: () => (check ??= checkCookie(parts, headers)),
    // Behind `auth.signedIn` a server calls queries only.
    watchAccessToken: () => Promise.reject(new PortcullisError("request_refused")),
  };
}

async function checkCookie(parts: Parts, headers: RequestHeaders): Promise<CheckOutcome> {
  const auth = await readSession(parts, headers);
  return auth === undefined ? { kind: "anonymous" } : { kind: "signed_in", auth };
}
