import type { Operation } from "@trpc/client";
import { boundFetch, type BoundedFetch } from "./bounded-fetch.ts";
import { createEventSourceClass, type SessionEventSourceClass } from "./event-source.ts";
import { resolveOptions, type SessionOptions } from "./options.ts";
import { headersWith } from "./sender.ts";
import { createSessionCore, type SessionCore } from "./session-core.ts";
import type { SessionSnapshot, SessionStore } from "./session-snapshot.ts";
import { accessOf } from "./ticket.ts";
import { tellGateways } from "./unanswered.ts";

/** Who is signed in here, and what the links of a chain need of it. */
export interface PortcullisSession extends SessionStore {
  /**
   * Finds out who is signed in, by the storage and the server; resolves when that is known, and tries
   * again for as long as it is not. The default client begins it; without, the first call does.
   */
  readonly restore: () => Promise<SessionSnapshot>;
  /** The `headers` of the links that send: the app's own, and the token of the call. */
  readonly headers: (
    calls: { readonly op: Operation } | { readonly opList: readonly Operation[] },
  ) => Promise<Record<string, string>>;
  /**
   * A `fetch` for `httpLink` and `httpBatchLink`: with the session's deadline and bound of bytes, and
   * no redirects. Not for `httpBatchStreamLink`, whose answers come bit by bit.
   */
  readonly fetch: BoundedFetch;
  /** For `httpSubscriptionLink`: puts the token into a header, and never into the URL. */
  readonly EventSource: SessionEventSourceClass;
  /**
   * Ends timers, channels and subscriptions, and fails the calls that wait, with a
   * {@link SessionOverError} as `cause`. Signs nobody out.
   */
  readonly close: () => void;
}

const cores = new WeakMap<PortcullisSession, SessionCore>();

/**
 * Makes a session for tRPC clients of your own; {@link createPortcullisClient} makes one with its
 * client. A page needs one session for each API.
 *
 * @throws RangeError when an option is out of its bound.
 * @example
 * ```ts setup=app-router
 * import { createPortcullisSession } from "@portcullis/client";
 *
 * const session = createPortcullisSession({
 *   url: "https://api.example.com/trpc",
 *   onSignedOut: () => localStorage.clear(),
 * });
 * session.subscribe(() => console.log(session.getSnapshot().status));
 * await session.restore();
 * ```
 */
export function createPortcullisSession(options: SessionOptions): PortcullisSession {
  const core = createSessionCore(resolveOptions(options));
  const { timeoutMs, maxResponseBytes: maxBytes, fetch, headers } = core.options;
  const session: PortcullisSession = {
    getSnapshot: core.getSnapshot,
    subscribe: core.subscribe,
    restore: core.restore,
    headers: async (calls) =>
      headersWith(headers, accessOf("opList" in calls ? calls.opList : [calls.op])),
    fetch: tellGateways(boundFetch(fetch, { timeoutMs, maxBytes })),
    EventSource: createEventSourceClass(core),
    close: core.close,
  };
  cores.set(session, core);
  return session;
}

/** @throws TypeError when the session was not made here. */
export function coreOf(session: PortcullisSession): SessionCore {
  const core = cores.get(session);
  if (core === undefined) throw new TypeError("Not a session of createPortcullisSession.");
  return core;
}
