import type { User } from "@portcullis/server";
import { sessionEndReason, SessionOverError, type SessionEndReason } from "./errors.ts";
import type { AccessToken, IssuedTokens } from "./token-set.ts";

/** How an attempt to get a fresh access token went. */
export type Renewal =
  | { readonly kind: "renewed"; readonly access: AccessToken }
  /** The server says that the session is over; no further attempt is made. */
  | { readonly kind: "ended"; readonly error: unknown }
  /** No network, a deadline, a fault of the server: the session may live on. */
  | { readonly kind: "failed"; readonly error: unknown };

/** How new tokens came about: `replaced` ones are of another session at the server, of the same user. */
export type Change = "renewed" | "replaced";

/**
 * One login and the tokens that descend from it. Calls hold on to the login they started in, so a
 * logout or another login can not put a call under another user's token.
 */
export interface Login {
  readonly user: () => User;
  /** Absent until the first refresh of a restored session. */
  readonly access: () => AccessToken | undefined;
  readonly refreshToken: () => string | null;
  /** An access token that came after `old`: the one already here, else that of the one refresh in flight. */
  renew(old: AccessToken | undefined): Promise<Renewal>;
  /** Runs a call whose answer replaces the tokens. No refresh runs meanwhile: it would meet a session that is over. */
  changeBy<T>(
    call: () => Promise<T>,
    tokensOf: (answer: T) => IssuedTokens,
    change: Change,
  ): Promise<T>;
  /** Takes tokens that another tab was given. */
  adopt(tokens: Pick<IssuedTokens, "access" | "user">): void;
  /** Another tab knows that it is over: whoever waits to ask the server need not. */
  end(): void;
}

export interface LoginOptions {
  readonly tokens: Pick<IssuedTokens, "refreshToken" | "user"> & { readonly access?: AccessToken };
  /** Runs works of this login one after another. */
  readonly exclusive: <T>(work: () => Promise<T>) => Promise<T>;
  /** Trades the refresh token for new tokens. Has a deadline of its own. */
  readonly refresh: (login: Login) => Promise<IssuedTokens>;
  /** Is awaited before anybody gets the new tokens. */
  readonly onIssued: (login: Login, change: Change) => Promise<void>;
  readonly onFailed: (login: Login, error: unknown) => void;
  readonly onEnded: (login: Login, reason: SessionEndReason) => Promise<void>;
}

export function createLogin(options: LoginOptions): Login {
  let access: AccessToken | undefined = options.tokens.access;
  let { refreshToken, user } = options.tokens;
  let inFlight:
    | { readonly old: AccessToken | undefined; readonly renewal: Promise<Renewal> }
    | undefined;
  let ended: Renewal | undefined;

  async function take(issued: IssuedTokens, change: Change): Promise<void> {
    ({ access, refreshToken, user } = issued);
    await options.onIssued(login, change);
  }

  /** Undefined when the token is still the old one: another tab, or a call that replaced it, was first. */
  function newerThan(old: AccessToken | undefined): Renewal | undefined {
    return access === undefined || access === old ? undefined : { kind: "renewed", access };
  }

  async function refreshOnce(old: AccessToken | undefined): Promise<Renewal> {
    const known = newerThan(old) ?? ended;
    if (known !== undefined) return known;
    try {
      const issued = await options.refresh(login);
      if (newerThan(old) === undefined) await take(issued, "renewed");
      return newerThan(old) ?? { kind: "renewed", access: issued.access };
    } catch (error) {
      const newer = newerThan(old);
      if (newer !== undefined) return newer;
      const reason = sessionEndReason(error);
      if (reason === undefined) {
        options.onFailed(login, error);
        return { kind: "failed", error };
      }
      ended = { kind: "ended", error };
      await options.onEnded(login, reason);
      return ended;
    }
  }

  const login: Login = {
    user: () => user,
    access: () => access,
    refreshToken: () => refreshToken,
    async renew(old) {
      const known = newerThan(old) ?? ended;
      if (known !== undefined) return known;
      if (inFlight === undefined || inFlight.old !== old) {
        const flight = { old, renewal: options.exclusive(() => refreshOnce(old)) };
        inFlight = flight;
        void flight.renewal.finally(() => {
          if (inFlight === flight) inFlight = undefined;
        });
      }
      return inFlight.renewal;
    },
    changeBy: (call, tokensOf, change) =>
      options.exclusive(async () => {
        const answer = await call();
        await take(tokensOf(answer), change);
        return answer;
      }),
    adopt(tokens) {
      ({ access, user } = tokens);
    },
    end() {
      ended ??= { kind: "ended", error: new SessionOverError() };
    },
  };
  return login;
}
