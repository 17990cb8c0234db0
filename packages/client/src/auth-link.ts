import { TRPCClientError, type Operation, type TRPCLink } from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { observable } from "@trpc/server/observable";
import { isTokenRefusal } from "./errors.ts";
import { createSession, type Session } from "./session.ts";
import type { WritableSessionStore } from "./session-store.ts";
import { holdTokens, type HeldTokens } from "./token-set.ts";
import type { Answer, Send, Transport } from "./transport.ts";

export interface AuthLinkOptions {
  readonly authPath: string;
  readonly transport: Transport;
  readonly store: WritableSessionStore;
}

/**
 * The one link of the client: keeps the session's tokens in memory, puts them on calls, renews them
 * when needed, and sends.
 */
export function createAuthLink<Router extends AnyTRPCRouter>(
  options: AuthLinkOptions,
): TRPCLink<Router> {
  const { authPath, transport, store } = options;
  let current: Session | undefined;
  // Every login, restore and logout takes a turn when it starts. An answer that comes after a later
  // turn has taken effect is too late to change who is signed in.
  let lastTurn = 0;
  let turnInEffect = 0;

  function startSession(tokens: HeldTokens): void {
    current = createSession({
      tokens,
      refresh,
      onRenewed(session) {
        if (session === current) showUserOf(session);
      },
      onEnded(session, reason) {
        if (session !== current) return;
        current = undefined;
        store.set({ status: "signedOut", reason });
      },
    });
    showUserOf(current);
  }

  async function refresh(refreshToken: string): Promise<HeldTokens> {
    const answer = await transport.sendRefresh(refreshOperation(authPath, refreshToken));
    return holdTokens(dataOf(answer), performance.now());
  }

  function showUserOf(session: Session): void {
    store.set({ status: "signedIn", user: session.tokens().user });
  }

  function endCurrentSession(): Session | undefined {
    const session = current;
    current = undefined;
    store.set({ status: "signedOut" });
    return session;
  }

  /** Signs in by the answer of a login, or of a refresh with a token that the caller kept. */
  async function signIn(answering: Promise<Answer>): Promise<Answer> {
    const turn = ++lastTurn;
    const answer = await answering;
    const tokens = holdTokens(dataOf(answer), performance.now());
    if (turn > turnInEffect) {
      turnInEffect = turn;
      startSession(tokens);
    }
    return answer;
  }

  /** A refresh by the caller, with a refresh token that it kept or that is this session's own. */
  async function refreshForCaller(op: Operation): Promise<Answer> {
    const session = current;
    if (session === undefined || session.tokens().refreshToken !== refreshTokenIn(op.input)) {
      return signIn(transport.sendRefresh(op));
    }
    const answer = await transport.sendRefresh(op);
    session.replace(holdTokens(dataOf(answer), performance.now()));
    return answer;
  }

  /**
   * Forgets the tokens before it asks the server, so nothing that happens on the way can leave this
   * client signed in. The call itself still goes out in the session that it ends.
   */
  async function logOut(op: Operation): Promise<Answer> {
    turnInEffect = ++lastTurn;
    const session = endCurrentSession();
    if (session === undefined) return transport.sendAlone(op, undefined);
    return callInSession(session, op, transport.sendAlone);
  }

  async function callInSession(session: Session, op: Operation, send: Send): Promise<Answer> {
    let tokens = session.tokens();
    if (tokens.overAtMs <= performance.now()) {
      const renewal = await unlessAborted(session.renew(tokens), op.signal);
      if (renewal.kind !== "renewed") throw renewal.error;
      tokens = renewal.tokens;
    }
    try {
      return await send(op, tokens);
    } catch (error) {
      if (!isTokenRefusal(error)) throw error;
      const renewal = await unlessAborted(session.renew(tokens), op.signal);
      switch (renewal.kind) {
        case "renewed":
          // Once: a second refusal is the caller's to see.
          return send(op, renewal.tokens);
        case "ended":
          throw error;
        case "failed":
          throw renewal.error;
      }
    }
  }

  /** For calls that end the session they came in, and answer with the tokens of the next one. */
  async function continueSession(op: Operation): Promise<Answer> {
    const session = current;
    if (session === undefined) return transport.sendAlone(op, undefined);
    const answer = await callInSession(session, op, transport.sendAlone);
    session.replace(holdTokens(dataOf(answer), performance.now()));
    return answer;
  }

  /** For calls that may be refused until the password is entered again, and else end the session. */
  async function leave(op: Operation): Promise<Answer> {
    const session = current;
    if (session === undefined) return transport.sendAlone(op, undefined);
    const answer = await callInSession(session, op, transport.sendAlone);
    if (session === current) endCurrentSession();
    return answer;
  }

  function call(op: Operation): Promise<Answer> {
    switch (op.path) {
      case `${authPath}.login`:
        return signIn(transport.sendAlone(op, undefined));
      case `${authPath}.refresh`:
        return refreshForCaller(op);
      case `${authPath}.register`:
      case `${authPath}.verifyEmail`:
      case `${authPath}.forgotPassword`:
      case `${authPath}.resetPassword`:
        return transport.sendAlone(op, undefined);
      case `${authPath}.confirm`:
      case `${authPath}.account.changePassword`:
        return continueSession(op);
      case `${authPath}.account.confirmEmail`:
        return current === undefined
          ? transport.sendAlone(op, undefined)
          : callInSession(current, op, transport.sendAlone);
      case `${authPath}.logout`:
      case `${authPath}.logoutEverywhere`:
        return logOut(op);
      case `${authPath}.account.remove`:
      case `${authPath}.admin.revokeAllTokens`:
        return leave(op);
      default:
        return current === undefined
          ? transport.sendBatched(op, undefined)
          : callInSession(current, op, transport.sendBatched);
    }
  }

  return () =>
    ({ op }) =>
      observable((observer) => {
        call(op).then(
          (answer) => {
            observer.next(answer as Parameters<typeof observer.next>[0]);
            observer.complete();
          },
          (error: unknown) => observer.error(TRPCClientError.from(toError(error))),
        );
      });
}

/** The client's own refresh: no caller waits for it alone, so none can abort it. */
function refreshOperation(authPath: string, refreshToken: string): Operation {
  return {
    id: 0,
    type: "mutation",
    path: `${authPath}.refresh`,
    input: { refreshToken },
    context: {},
    signal: null,
  };
}

function dataOf(answer: Answer): unknown {
  return "data" in answer.result ? answer.result.data : undefined;
}

function refreshTokenIn(input: unknown): unknown {
  return typeof input === "object" && input !== null && "refreshToken" in input
    ? input.refreshToken
    : undefined;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error("The call failed.", { cause: error });
}

/** Lets a caller stop waiting for the shared refresh, which goes on for the others. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(toError(signal.reason));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", onAbort);
    });
  });
}
