import type { ErrorShape } from "@portcullis/server";
import { TRPCClientError } from "@trpc/client";
import { UnusableTokenSetError } from "./token-set.ts";

/**
 * A refusal by a Portcullis server: the call reached it, and `data.reason` says why it was refused.
 * Comparing it types what comes with it: `retryAfterSeconds` of `rate_limited` for instance.
 */
export type PortcullisClientError = Error & {
  readonly shape: ErrorShape;
  readonly data: ErrorShape["data"];
};

/**
 * Tells a refusal by the server from everything else that a call can throw (no network, a deadline,
 * a proxy's page), and types its `data.reason`.
 *
 * A newer server may send a reason that this version's types do not list: have a `default` branch.
 *
 * @example
 * ```ts setup=app-router
 * import { createPortcullisClient, isPortcullisError } from "@portcullis/client";
 *
 * const { api } = createPortcullisClient<AppRouter>({ url: "https://api.example.com/trpc" });
 *
 * async function login(email: string, password: string): Promise<string> {
 *   try {
 *     const { user } = await api.auth.login.mutate({ email, password });
 *     return `Welcome, ${user.name}.`;
 *   } catch (error) {
 *     if (!isPortcullisError(error) || error.data.reason !== "invalid_credentials") throw error;
 *     return "Email or password is wrong.";
 *   }
 * }
 * ```
 */
export function isPortcullisError(error: unknown): error is PortcullisClientError {
  if (!(error instanceof TRPCClientError)) return false;
  const data: unknown = error.data;
  return (
    typeof data === "object" && data !== null && "reason" in data && typeof data.reason === "string"
  );
}

/**
 * Was the call refused because of the access token that it carried? The server checks the token
 * before it runs anything, so such a call had no effect and may be sent again, mutations included.
 */
export function isTokenRefusal(error: unknown): boolean {
  if (!isPortcullisError(error) || error.data.code !== "UNAUTHORIZED") return false;
  const { reason } = error.data;
  return reason === "token_expired" || reason === "token_invalid" || reason === "token_revoked";
}

/** Why a session ended without being asked to. */
export type SessionEndReason = "refresh_token_invalid" | "refresh_token_reused" | "token_revoked";

const sessionEndReasons: readonly unknown[] = [
  "refresh_token_invalid",
  "refresh_token_reused",
  "token_revoked",
] satisfies SessionEndReason[];

export function isSessionEndReason(reason: unknown): reason is SessionEndReason {
  return sessionEndReasons.includes(reason);
}

/** Does the error of a refresh say that the session is over for good? */
export function sessionEndReason(error: unknown): SessionEndReason | undefined {
  if (!isPortcullisError(error)) return undefined;
  const { reason } = error.data;
  return isSessionEndReason(reason) ? reason : undefined;
}

/** Does the error of a call say that no server of ours was reached: no network, a deadline, a proxy's page? */
export function isServerAway(error: unknown): boolean {
  if (isPortcullisError(error)) return error.data.reason === "unavailable";
  return !(error instanceof UnusableTokenSetError);
}

/**
 * The `cause` of a call's error when the session it began in is over here: signed out or replaced
 * while a subscription ran, or the session was closed.
 */
export class SessionOverError extends Error {
  readonly code = "session_over";
  override readonly name = "SessionOverError";

  constructor() {
    super("The session in which the call began is over here.");
  }
}
