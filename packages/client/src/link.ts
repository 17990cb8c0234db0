import { TRPCClientError, type Operation, type TRPCLink } from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { observable, observableToPromise } from "@trpc/server/observable";
import { toError, unlessAborted } from "./abort.ts";
import { carryOut } from "./auth-calls.ts";
import { createBatchGate } from "./batch-gate.ts";
import type { Login } from "./login.ts";
import type { Answer } from "./sender.ts";
import { coreOf, type PortcullisSession } from "./session.ts";
import type { SessionCore } from "./session-core.ts";
import { subscribeInSession } from "./subscription.ts";
import { withTicket } from "./ticket.ts";
import type { AccessToken } from "./token-set.ts";
import { twiceIfUnanswered } from "./unanswered.ts";

/**
 * The link of a session, for a chain of your own: before the links that send, which take their
 * headers from the session. It has no state besides the session's.
 *
 * - The auth procedures do not go down the chain: the session sends each alone, with its own `fetch`.
 * - Other calls wait until it is known who is signed in, and carry that user's token. Calls of two
 *   tokens never share a batch.
 * - A call that was refused because of its token is sent once more with a new one. That is safe for
 *   mutations: the server checks the token first, so a refused call has not run.
 * - A query that got no answer, or a proxy's 502, 503 or 504, is sent once more within a second.
 * - A subscription that ends because of its token is begun once more with a new one, from the last
 *   event that it got an id of. It ends with a {@link SessionOverError} as `cause` when its session
 *   is over here.
 *
 * @throws TypeError when the session is not one of {@link createPortcullisSession}.
 * @example
 * ```ts setup=app-router
 * import { createPortcullisSession, portcullisLink } from "@portcullis/client";
 * import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from "@trpc/client";
 *
 * const url = "https://api.example.com/trpc";
 * const session = createPortcullisSession({ url });
 * const api = createTRPCClient<AppRouter>({
 *   links: [
 *     portcullisLink(session),
 *     splitLink({
 *       condition: (op) => op.type === "subscription",
 *       true: httpSubscriptionLink({ url, EventSource: session.EventSource }),
 *       false: httpBatchLink({ url, headers: session.headers, fetch: session.fetch, maxItems: 10 }),
 *     }),
 *   ],
 * });
 * ```
 */
export function portcullisLink<Router extends AnyTRPCRouter>(
  session: PortcullisSession,
): TRPCLink<Router> {
  const core = coreOf(session);
  return () => {
    const inOneBatch = createBatchGate();
    return ({ op, next }) => {
      if (op.type === "subscription") return subscribeInSession<Router>(core, op, next);
      return observable((observer) => {
        const aborter = new AbortController();
        const ends = [op.signal, aborter.signal, core.closed].filter((each) => !!each);
        const signal = AbortSignal.any(ends);
        const sendOnce: SendOnce = (call, access, login) =>
          inOneBatch(
            access,
            () => observableToPromise(next(withTicket(call, access, login))) as Promise<Answer>,
          );
        unlessAborted(carryOutOrSend(core, { ...op, signal }, sendOnce), signal).then(
          (answer) => {
            observer.next(answer as Parameters<typeof observer.next>[0]);
            observer.complete();
          },
          (error: unknown) => observer.error(TRPCClientError.from(toError(error))),
        );
        return () => aborter.abort();
      });
    };
  };
}

type SendOnce = (
  op: Operation,
  access: AccessToken | undefined,
  login: Login | undefined,
) => Promise<Answer>;

async function carryOutOrSend(
  core: SessionCore,
  op: Operation,
  sendOnce: SendOnce,
): Promise<Answer> {
  const answer = carryOut(core, op);
  if (answer !== undefined) return answer;
  // Nothing is awaited that need not be: calls made in one task share a batch.
  if (core.getSnapshot().status === "restoring") await core.settled();
  const login = core.current();
  const send = (access: AccessToken | undefined): Promise<Answer> =>
    op.type === "query"
      ? twiceIfUnanswered(() => sendOnce(op, access, login), op.signal)
      : sendOnce(op, access, login);
  return login === undefined ? send(undefined) : core.callIn(login, op.signal, send);
}
