import { isObservable } from "@trpc/server/observable";
import type { AuthContext, SignedIn } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import { rateLimited } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import { guardIterable } from "./guard-iterable.ts";
import { guardObservable } from "./guard-observable.ts";

/** Nobody can say when another subscription of the session ends. */
const retryAfterSeconds = 10;

/** A subscription for as long as its session holds. */
export interface SubscriptionLife {
  /** Aborted when the session no longer holds, with the error for the client. */
  readonly revoked: AbortSignal;
  /** Ends the watch, and makes room for another subscription. */
  readonly close: () => void;
  /** Told of what a resolver throws while it is ended: nobody waits for it any more. */
  readonly reportFault: (error: unknown) => void;
}

export interface LiveSubscription {
  /** Makes of what the resolver returned what ends with the session. */
  readonly guard: (data: unknown) => unknown;
  readonly close: () => void;
}

export interface SubscriptionCall {
  readonly auth: SignedIn;
  readonly path: string;
  /** Aborted by tRPC when the client has left. */
  readonly signal: AbortSignal | undefined;
  /** @throws PortcullisError when who is signed in may no longer have the subscription. */
  readonly onHeld: (auth: SignedIn) => void;
}

/**
 * Begins to watch the session of a call that was let through.
 *
 * @throws PortcullisError `rate_limited` when the session has as many subscriptions as it may,
 *   `overloaded` when the process has.
 */
export function openSubscription(
  parts: Parts,
  ctx: AuthContext,
  { auth, path, signal, onHeld }: SubscriptionCall,
): LiveSubscription {
  const slot = parts.subscriptionSlots.take(auth.session.id);
  if (slot.kind === "refused") throw refuse(parts, ctx, slot.full);

  const revoked = new AbortController();
  const closed = new AbortController();
  const close = (): void => {
    slot.release();
    closed.abort();
    signal?.removeEventListener("abort", close);
  };
  // A client that leaves before the first value was asked for is told to nobody but the signal.
  signal?.addEventListener("abort", close);
  if (signal?.aborted === true) close();

  ctx.watchAccessToken(onHeld, closed.signal).catch((error: unknown) => {
    close();
    revoked.abort(error);
  });

  const life: SubscriptionLife = {
    revoked: revoked.signal,
    close,
    reportFault: (error) =>
      parts.report({
        kind: "call_failed",
        requestId: ctx.requestId,
        reason: "internal",
        path,
        error,
      }),
  };
  return {
    guard(data) {
      if (isObservable(data)) return guardObservable(data, life);
      if (isAsyncIterable(data)) return guardIterable(data, life);
      // Neither is a subscription, and tRPC says so.
      close();
      return data;
    },
    close,
  };
}

function refuse(parts: Parts, ctx: AuthContext, full: "session" | "process"): PortcullisError {
  if (full === "process") {
    const cause = new Error("As many subscriptions are live as subscriptions.perProcessMax says");
    return new PortcullisError("overloaded", { cause });
  }
  return rateLimited(parts, ctx, { limit: "subscriptions_of_session", retryAfterSeconds });
}

function isAsyncIterable(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === "object" && data !== null && Symbol.asyncIterator in data;
}
