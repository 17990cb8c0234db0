import { WriteThroughError } from "@portcullis/write-through";
import type { Caller } from "../context/auth-context.ts";
import { readCaller } from "../context/read-caller.ts";
import type { ErrorCode } from "../error-codes.ts";
import { PortcullisError } from "../errors.ts";
import { reasonOfCache } from "../format-error.ts";
import type { Parts } from "../parts.ts";
import { authenticateClient } from "./authenticate-client.ts";
import {
  answerInternal,
  answerRateLimited,
  answerRefusal,
  answerUnavailable,
} from "./oauth-answers.ts";
import type { RefusalKind } from "./oauth-answers.ts";
import { readTokenForm } from "./token-form.ts";

/**
 * Answers a request in the fetch style, so that it mounts in any server. Never throws.
 *
 * Takes a POST of `application/x-www-form-urlencoded` with exactly one `token`, at most 8192 bytes
 * within 10 s, from a client that authenticates by HTTP Basic (RFC 6749, section 2.3.1). Refuses with
 * 400, 405, 408, 413 or 415; with 401 who is no live client of `auth.oauthClients`; with 403 browsers;
 * with 429 above 6000 calls in a minute from an address; with 503 when Postgres or the cache cannot
 * say or do it, which is never taken for an answer: try again after `Retry-After`. Errors have the
 * form of RFC 6749, section 5.2.
 *
 * @param peerAddress The IP address of the connection's other end. Without it, limits by address hold
 * for all clients together.
 *
 * @example
 * ```ts setup=auth
 * export async function handle(request: Request, peerAddress: string): Promise<Response> {
 *   switch (new URL(request.url).pathname) {
 *     case "/oauth/introspect":
 *       return auth.introspect(request, peerAddress);
 *     case "/oauth/revoke":
 *       return auth.revoke(request, peerAddress);
 *     default:
 *       return new Response(null, { status: 404 });
 *   }
 * }
 * ```
 */
export type OauthHandler = (request: Request, peerAddress?: string) => Promise<Response>;

/** A well-formed call of a client that has authenticated. */
export interface OauthCall {
  readonly token: string;
  readonly clientId: string;
  readonly caller: Caller;
}

/** Makes an endpoint of what is to be done about the token of a call. */
export function createEndpoint(
  parts: Parts,
  path: "oauth.introspect" | "oauth.revoke",
  answer: (call: OauthCall) => Promise<Response>,
): OauthHandler {
  async function serve(request: Request, caller: Caller): Promise<Response> {
    const refuse = (kind: RefusalKind): Response => {
      parts.report({
        kind: "request_refused",
        requestId: caller.requestId,
        why: `${path} ${kind}`,
      });
      return answerRefusal(kind);
    };

    const refusal = judgeHead(request);
    if (refusal !== undefined) return refuse(refusal);
    const admission = await parts.limiter.admitCall("other", caller.address);
    if (admission.kind === "refused") {
      const { limit, retryAfterSeconds } = admission;
      parts.report({ kind: "rate_limited", requestId: caller.requestId, limit });
      return answerRateLimited(retryAfterSeconds);
    }
    const clientId = await authenticateClient(parts, request.headers.get("authorization"));
    if (clientId === undefined) return refuse("client_unknown");
    const form = await readTokenForm(request);
    if (form.kind === "refused") return refuse(form.refusal);
    return answer({ token: form.token, clientId, caller });
  }

  return async (request, peerAddress) => {
    const caller = readCaller(parts.settings, request.headers, peerAddress);
    try {
      return await serve(request, caller);
    } catch (error) {
      const reason = reasonOf(error);
      parts.report({ kind: "call_failed", requestId: caller.requestId, reason, path, error });
      return transient.has(reason) ? answerUnavailable() : answerInternal();
    }
  };
}

/**
 * Says why a request is refused whoever sends it. Browsers are: they keep Basic credentials and send
 * them along, also when a foreign page makes the request, and they would ask their user for some.
 */
function judgeHead(request: Request): RefusalKind | undefined {
  if (request.method !== "POST") return "not_post";
  if (new URL(request.url).search !== "") return "url_parameters";
  const isBrowser = request.headers.has("origin") || request.headers.has("sec-fetch-site");
  return isBrowser ? "browser" : undefined;
}

/** Faults after which the same call may succeed. Both endpoints may be called any number of times. */
const transient: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "unavailable",
  "revocation_unavailable",
  "outcome_unknown",
]);

function reasonOf(error: unknown): ErrorCode {
  if (error instanceof PortcullisError) return error.reason;
  return error instanceof WriteThroughError ? reasonOfCache(error) : "internal";
}
