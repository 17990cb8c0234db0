import { TRPCClientError, type Operation, type OperationLink } from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { observable, type Unsubscribable } from "@trpc/server/observable";
import { toError, unlessAborted } from "./abort.ts";
import { elapsedMs, now } from "./clock.ts";
import { isTokenRefusal, SessionOverError } from "./errors.ts";
import type { Login } from "./login.ts";
import type { SessionCore } from "./session-core.ts";
import { withTicket } from "./ticket.ts";
import type { AccessToken } from "./token-set.ts";

type Next<Router extends AnyTRPCRouter> = Parameters<OperationLink<Router>>[0]["next"];

/** A subscription that was refused earlier than this after it began is not begun again: it would not end. */
const settledAfterMs = 10_000;

/**
 * A subscription of the session it begins in. When it ends because of its token it is begun once more
 * with another one, from the last event that it got an id of; and it ends with its session.
 */
export function subscribeInSession<Router extends AnyTRPCRouter>(
  core: SessionCore,
  op: Operation,
  next: Next<Router>,
): ReturnType<Next<Router>> {
  return observable((observer) => {
    const aborter = new AbortController();
    const signal = AbortSignal.any([aborter.signal, core.closed]);
    let login: Login | undefined;
    let running: Unsubscribable | undefined;
    let lastEventId: string | undefined;
    let mayBeginAgain = true;

    const fail = (error: unknown): void => {
      // Who has unsubscribed hears nothing more.
      if (!aborter.signal.aborted) observer.error(TRPCClientError.from(toError(error)));
    };
    const isOverHere = (): boolean =>
      signal.aborted || (login !== undefined && core.current() !== login);
    const unlisten = core.onSwitch(() => {
      if (isOverHere()) fail(new SessionOverError());
    });

    async function begin(): Promise<void> {
      await core.settled();
      login = core.current();
      const access = await core.freshAccess();
      run(access);
    }

    function run(access: AccessToken | undefined): void {
      if (signal.aborted) return;
      const since = now();
      const input = withLastEventId(op.input, lastEventId);
      running = next(withTicket({ ...op, input }, access, login)).subscribe({
        next(envelope) {
          const { result } = envelope;
          if ("id" in result && result.id !== undefined) lastEventId = result.id;
          observer.next(envelope);
        },
        error(error) {
          if (elapsedMs(since) >= settledAfterMs) mayBeginAgain = true;
          if (login === undefined || !isTokenRefusal(error) || !mayBeginAgain) {
            fail(error);
            return;
          }
          mayBeginAgain = false;
          void beginAgain(login, access, error);
        },
        // The socket of a session that is over completes what runs over it.
        complete: () => (isOverHere() ? fail(new SessionOverError()) : observer.complete()),
      });
    }

    async function beginAgain(
      begunIn: Login,
      old: AccessToken | undefined,
      refusal: Error,
    ): Promise<void> {
      const renewal = await core.renewRefused(begunIn, old);
      if (renewal.kind === "renewed") run(renewal.access);
      else fail(renewal.kind === "ended" ? refusal : renewal.error);
    }

    unlessAborted(begin(), signal).catch(fail);
    return () => {
      unlisten();
      aborter.abort();
      running?.unsubscribe();
    };
  });
}

/** tRPC's place for it. */
function withLastEventId(input: unknown, lastEventId: string | undefined): unknown {
  if (lastEventId === undefined) return input;
  return typeof input === "object" || input === undefined ? { ...input, lastEventId } : input;
}
