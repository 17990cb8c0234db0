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
  /**
   * One more condition for the subscription to go on.
   *
   * @throws what the condition throws, if it does not hold by what was read last.
   */
  readonly require: (onHeld: OnHeld) => void;
  /** Makes of what the resolver returned what ends with the session. */
  readonly guard: (data: unknown) => unknown;
  readonly close: () => void;
}

/** @throws PortcullisError when who is signed in may no longer have the subscription. */
type OnHeld = (auth: SignedIn) => void;

export interface SubscriptionCall {
  readonly auth: SignedIn;
  readonly path: string;
  /** Aborted by tRPC when the client has left. */
  readonly signal: AbortSignal | undefined;
  readonly onHeld: OnHeld;
}

/** Under which the context of a call has what one plug-in has opened, for those after it. */
const opened = Symbol("live subscription");

interface OpenedIn {
  readonly [opened]?: { readonly by: Parts; readonly subscription: LiveSubscription };
}

/** The subscription that a plug-in before this one has opened for the call. */
export function findSubscription(
  parts: Parts,
  ctx: AuthContext & OpenedIn,
): LiveSubscription | undefined {
  // Another auth has other sessions.
  return ctx[opened]?.by === parts ? ctx[opened].subscription : undefined;
}

/** Lets the plug-ins after this one find the subscription. */
export function withSubscription(parts: Parts, subscription: LiveSubscription): OpenedIn {
  return { [opened]: { by: parts, subscription } };
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

  const conditions = [onHeld];
  let last = auth;
  const hold = (current: SignedIn): void => {
    last = current;
    for (const condition of conditions) condition(current);
  };
  ctx.watchAccessToken(hold, closed.signal).catch((error: unknown) => {
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
    require(condition) {
      conditions.push(condition);
      condition(last);
    },
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
