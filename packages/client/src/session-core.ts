import type { Operation } from "@trpc/client";
import { unlessAborted } from "./abort.ts";
import { createBackOff } from "./back-off.ts";
import {
  isServerAway,
  isTokenRefusal,
  sessionEndReason,
  SessionOverError,
  type SessionEndReason,
} from "./errors.ts";
import { createLogin, type Change, type Login, type Renewal } from "./login.ts";
import type { ResolvedOptions } from "./options.ts";
import { createSender, dataOf, type Answer, type Sender } from "./sender.ts";
import {
  createSessionStore,
  runForApp,
  type SessionSnapshot,
  type SessionStore,
} from "./session-snapshot.ts";
import type { TabMessage } from "./tab-message.ts";
import { createMutex, createTabs } from "./tabs.ts";
import { isOver, readTokenSet, type AccessToken, type IssuedTokens } from "./token-set.ts";

/** Sends a call with a token. It may be called twice: a call that the token was refused for has not run. */
export type SendWith<T> = (access: AccessToken) => Promise<T>;

/**
 * Why calls have to go by other means than before: another session of the user at the server, the
 * session left, or its token refused and renewed.
 */
export type Switch = "replaced" | "left" | "refused";

/** Who is signed in, and what changes it. Everything else of the package stands on this. */
export interface SessionCore extends SessionStore {
  readonly options: ResolvedOptions;
  readonly sender: Sender;
  /** Aborted by `close()`. */
  readonly closed: AbortSignal;
  restore(): Promise<SessionSnapshot>;
  /** Resolves when it is known who is signed in; rejects when that could not be found out just now. */
  settled(): Promise<void>;
  current(): Login | undefined;
  /** Calls `listener` when calls have to go by another session at the server. */
  onSwitch(listener: (change: Switch) => void): () => void;
  /** A token that is not known to be over; undefined when nobody is signed in. */
  freshAccess(): Promise<AccessToken | undefined>;
  /** Renews a token that the server refused. */
  renewRefused(login: Login, refused: AccessToken | undefined): Promise<Renewal>;
  /** Sends with a good token, and once more with a new one when that was refused. */
  callIn<T>(login: Login, signal: AbortSignal | null | undefined, send: SendWith<T>): Promise<T>;
  /** Signs in by the answer of a login, or of a refresh with a token that the caller kept. */
  signIn(call: () => Promise<Answer>): Promise<Answer>;
  /** Sends, while no other tab refreshes the cookie that the answer may set or clear. */
  apart<T>(call: () => Promise<T>): Promise<T>;
  tokensOf(answer: Answer): IssuedTokens;
  /** Forgets the session, and keeps what was asked before from signing in again. */
  signOut(): Promise<Login | undefined>;
  close(): void;
}

export function createSessionCore(options: ResolvedOptions): SessionCore {
  const { isCookie, storage } = options;
  const sender = createSender(options);
  const store = createSessionStore({
    status: isCookie || storage !== undefined ? "restoring" : "signedOut",
  });
  const closing = new AbortController();
  const switchListeners = new Set<(change: Switch) => void>();
  const backOff = createBackOff(tryAgain);
  const tabs = isCookie
    ? createTabs({
        name: `portcullis ${options.url} ${options.authPath}`,
        lockWaitMs: Math.max(options.timeoutMs, 2 * options.refreshTimeoutMs),
        onMessage: hear,
      })
    : undefined;

  let current: Login | undefined;
  let restoring: Promise<void> | undefined;
  let isOffline = false;
  // The stored record is of somebody who signed in through another process: it is theirs.
  let isStorageForeign = false;
  // The stored token that this process has saved or gone on from. The storage still has it after a
  // save that failed, and by then it may be over.
  let knownToken: string | undefined;
  // Every login and logout takes a turn when it starts. An answer that comes after a later turn has
  // taken effect is too late to change who is signed in.
  let lastTurn = 0;
  let turnInEffect = 0;

  const apart = <T>(call: () => Promise<T>): Promise<T> =>
    tabs === undefined ? call() : tabs.exclusive(call);
  const isUnknown = (): boolean => store.getSnapshot().status === "restoring";
  const tokensOf = (answer: Answer): IssuedTokens => readTokenSet(dataOf(answer), !isCookie);

  /** A call of the session's own: no caller waits for it alone, so none can abort it. */
  function operation(name: string, input: unknown): Operation {
    const path = `${options.authPath}.${name}`;
    return { id: 0, type: "mutation", path, input, context: {}, signal: null };
  }

  function tellSwitch(change: Switch): void {
    // They call the app: what that throws must not stop a logout half-way.
    for (const listener of Array.from(switchListeners)) runForApp(() => listener(change));
  }

  function show(): void {
    if (current === undefined) return;
    const connection = isOffline ? "offline" : "online";
    store.set({ status: "signedIn", user: current.user(), connection });
  }

  function loginWith(tokens: Parameters<typeof createLogin>[0]["tokens"]): Login {
    return createLogin({
      tokens,
      exclusive: tabs?.exclusive ?? createMutex(),
      refresh,
      onIssued,
      onFailed(login, error) {
        if (login !== current || closing.signal.aborted || !isServerAway(error)) return;
        isOffline = true;
        show();
        backOff.schedule();
      },
      async onEnded(login, reason) {
        if (login === current) await leave(reason, "here");
      },
    });
  }

  async function requestTokens(refreshToken: string | null): Promise<IssuedTokens> {
    closing.signal.throwIfAborted();
    const input = refreshToken === null ? {} : { refreshToken };
    return tokensOf(await sender.sendRefresh(operation("refresh", input)));
  }

  async function refresh(login: Login): Promise<IssuedTokens> {
    const stored = await storage?.load();
    isStorageForeign = stored !== undefined && stored.user.id !== login.user().id;
    // Another process may have refreshed since.
    const isNews = stored !== undefined && !isStorageForeign && stored.refreshToken !== knownToken;
    const issued = await requestTokens(isNews ? stored.refreshToken : login.refreshToken());
    if (isNews) knownToken = stored.refreshToken;
    if (issued.user.id === login.user().id) return issued;
    // Another tab has signed somebody else in, and the cookie is theirs: no call that began before
    // may go under their name.
    if (login === current) enter(loginWith(issued));
    throw new SessionOverError();
  }

  async function onIssued(login: Login, change: Change): Promise<void> {
    if (login !== current) return;
    const [access, refreshToken, user] = [login.access(), login.refreshToken(), login.user()];
    if (access !== undefined) tabs?.tell({ kind: change, access, user });
    takeNews(change);
    if (change === "renewed" && isStorageForeign) return;
    // Another process may have saved a newer one over the token that is known here.
    const isKnown = refreshToken === null || refreshToken === knownToken;
    if (isKnown || storage === undefined) return;
    if (await storage.save({ version: 1, refreshToken, user })) knownToken = refreshToken;
  }

  /** What has to be done when the server has just given tokens, here or to another tab. */
  function takeNews(change: Change): void {
    isOffline = false;
    backOff.reset();
    show();
    if (change === "replaced") tellSwitch("replaced");
  }

  /** Makes somebody the one who is signed in. */
  function enter(login: Login): void {
    const left = current;
    current = login;
    isStorageForeign = false;
    takeNews("renewed");
    if (left === undefined) return;
    tellSwitch("left");
    if (left.user().id !== login.user().id) runForApp(() => options.onSignedOut?.(undefined));
  }

  async function leave(
    reason: SessionEndReason | undefined,
    by: "here" | "another tab",
  ): Promise<void> {
    const left = current;
    current = undefined;
    backOff.reset();
    if (left !== undefined && by === "here") tabs?.tell({ kind: "ended", reason });
    store.set(
      reason === undefined
        ? { status: "signedOut" }
        : { status: "expired", user: left?.user(), reason },
    );
    if (left === undefined) return;
    tellSwitch("left");
    runForApp(() => options.onSignedOut?.(reason));
    await storage?.clear(left.refreshToken());
  }

  function hear(message: TabMessage): void {
    if (message.kind === "ended") {
      current?.end();
      if (current !== undefined || isUnknown()) void leave(message.reason, "another tab");
      return;
    }
    const { kind, access, user } = message;
    if (current?.user().id === user.id) {
      current.adopt({ access, user });
      takeNews(kind);
      return;
    }
    // A refresh that overtook the news of a logout must not sign in again.
    if (kind === "renewed" && !isUnknown()) return;
    enter(loginWith({ access, refreshToken: null, user }));
    // What was opened while nobody was signed in goes on as this user.
    if (kind === "replaced") tellSwitch("replaced");
  }

  async function restoreByCookie(): Promise<void> {
    await apart(async () => {
      if (!isUnknown()) return;
      try {
        const issued = await requestTokens(null);
        if (!isUnknown()) return;
        const login = loginWith(issued);
        enter(login);
        await onIssued(login, "renewed");
      } catch (error) {
        const reason = sessionEndReason(error);
        if (reason === undefined) throw error;
        if (!isUnknown()) return;
        // It is what a first visitor gets as well, who has no cookie.
        await leave(reason === "refresh_token_invalid" ? undefined : reason, "here");
      }
    });
  }

  async function restoreFromStorage(): Promise<void> {
    const record = await storage?.load();
    knownToken ??= record?.refreshToken;
    if (!isUnknown()) return;
    if (record === undefined) return leave(undefined, "here");
    const login = loginWith(record);
    current = login;
    await login.renew(undefined);
    // Without an answer of the server, the user of the record is the best that is known.
    if (login === current && isUnknown()) show();
  }

  async function settled(): Promise<void> {
    closing.signal.throwIfAborted();
    if (!isUnknown()) return;
    restoring ??= (isCookie ? restoreByCookie() : restoreFromStorage())
      .catch((error: unknown) => {
        backOff.schedule();
        throw error;
      })
      .finally(() => {
        restoring = undefined;
      });
    return restoring;
  }

  function tryAgain(): void {
    if (isUnknown()) settled().catch(() => {});
    else if (isOffline) void current?.renew(current.access());
  }

  async function renew(
    login: Login,
    old: AccessToken | undefined,
    signal: AbortSignal | null | undefined,
  ): Promise<AccessToken> {
    const renewal = await unlessAborted(login.renew(old), signal);
    if (renewal.kind === "renewed") return renewal.access;
    throw renewal.error;
  }

  async function renewRefused(login: Login, refused: AccessToken | undefined): Promise<Renewal> {
    const renewal = await login.renew(refused);
    if (renewal.kind === "renewed" && login === current) tellSwitch("refused");
    return renewal;
  }

  async function goodAccess(
    login: Login,
    signal: AbortSignal | null | undefined,
  ): Promise<AccessToken> {
    const access = login.access();
    return access === undefined || isOver(access) ? renew(login, access, signal) : access;
  }

  return {
    options,
    sender,
    closed: closing.signal,
    getSnapshot: store.getSnapshot,
    subscribe: store.subscribe,
    settled,
    current: () => current,
    apart,
    tokensOf,
    renewRefused,

    async restore() {
      while (isUnknown() && !closing.signal.aborted) {
        const change = Promise.withResolvers<void>();
        const unsubscribe = store.subscribe(change.resolve);
        closing.signal.addEventListener("abort", () => change.resolve(), { once: true });
        settled().catch(() => {});
        await change.promise;
        unsubscribe();
      }
      return store.getSnapshot();
    },

    onSwitch(listener) {
      switchListeners.add(listener);
      return () => {
        switchListeners.delete(listener);
      };
    },

    async freshAccess() {
      closing.signal.throwIfAborted();
      await settled();
      return current === undefined ? undefined : goodAccess(current, closing.signal);
    },

    async callIn(login, signal, send) {
      const access = await goodAccess(login, signal);
      try {
        return await send(access);
      } catch (error) {
        if (!isTokenRefusal(error)) throw error;
        const renewal = await unlessAborted(renewRefused(login, access), signal);
        switch (renewal.kind) {
          case "renewed":
            // Once: a second refusal is the caller's to see.
            return send(renewal.access);
          case "ended":
            throw error;
          case "failed":
            throw renewal.error;
        }
      }
    },

    signIn(call) {
      const turn = ++lastTurn;
      return apart(async () => {
        const answer = await call();
        const issued = tokensOf(answer);
        if (turn <= turnInEffect) {
          // Nobody holds these tokens: without this the cookie would restore their session.
          const logout = operation("logout", undefined);
          await sender.send(logout, issued.access).catch(() => {});
          return answer;
        }
        turnInEffect = turn;
        const login = loginWith(issued);
        enter(login);
        await onIssued(login, "replaced");
        return answer;
      });
    },

    async signOut() {
      turnInEffect = ++lastTurn;
      const left = current;
      await leave(undefined, "here");
      return left;
    },

    close() {
      closing.abort(new SessionOverError());
      backOff.close();
      tabs?.close();
      tellSwitch("left");
    },
  };
}
