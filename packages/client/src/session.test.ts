import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientOptions } from "./options.ts";
import { cookieStorage, type CustomStorage, type SessionRecord } from "./session-storage.ts";
import {
  ada,
  bob,
  createBrowserFetch,
  createTestClient,
  refusalOf,
  untilStatus,
  type WatchedClient,
} from "./test-client.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;
const clients: WatchedClient[] = [];

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const { session } of clients.splice(0)) session.close();
  await server[Symbol.asyncDispose]();
});

function createClient(options: Partial<ClientOptions> = {}): WatchedClient {
  const client = createTestClient({ url: server.url, ...options });
  clients.push(client);
  return client;
}

/** Moves the clock of the tests' clients, and only the one named. */
function moveClock(clock: "performance" | "Date", byMs: number): void {
  const real = clock === "Date" ? Date.now.bind(Date) : performance.now.bind(performance);
  vi.spyOn(clock === "Date" ? Date : performance, "now").mockImplementation(() => real() + byMs);
}

interface Place extends CustomStorage {
  record: unknown;
}

function createPlace(record?: unknown): Place {
  const place: Place = {
    record,
    load: async () => place.record,
    async save(next) {
      place.record = next;
    },
    async clear() {
      place.record = undefined;
    },
  };
  return place;
}

describe("a session changed while calls are under way", () => {
  it("goes on for a call that was refused while its session was being replaced", async () => {
    const { api, session, history } = createClient();
    await api.auth.login.mutate(ada);
    const confirmed = server.gate("auth.confirm");
    const slow = server.gate("notes.whose");
    const late = api.notes.whose.query();
    await slow.arrived;
    const confirming = api.auth.confirm.mutate({ password: "right" });
    await confirmed.arrived;
    // The old session is over at the server, and the new tokens are not here yet.
    for (const login of server.state.logins) login.revoked = true;
    slow.open();
    server.revive(ada.email);
    confirmed.open();
    await confirming;
    expect(await late).toBe(ada.email);
    expect(server.requestsTo("auth.refresh")).toHaveLength(0);
    expect(session.getSnapshot().status).toBe("signedIn");
    expect(history).toHaveLength(1);
  });

  it("keeps the tokens of a confirmation when a refresh is answered after it", async () => {
    const { api } = createClient();
    server.state.loginExpiresIn = 0;
    const { refreshToken } = await api.auth.login.mutate(ada);
    server.state.loginExpiresIn = 600;
    const gate = server.gate("auth.refresh");
    const refreshing = api.auth.refresh.mutate({ refreshToken });
    await gate.arrived;
    const confirming = api.auth.confirm.mutate({ password: "right" });
    gate.open();
    await Promise.all([refreshing, confirming]);
    expect(await api.notes.whose.query()).toBe(ada.email);
    expect(server.requestsTo("notes.whose").map((each) => each.authorization)).toEqual([
      "Bearer access-3",
    ]);
  });

  it("is over after a logout that is made during a confirmation", async () => {
    const { api, session } = createClient();
    await api.auth.login.mutate(ada);
    const gate = server.gate("auth.confirm");
    const confirming = api.auth.confirm.mutate({ password: "right" });
    await gate.arrived;
    const leaving = api.auth.logout.mutate();
    gate.open();
    await Promise.allSettled([confirming, leaving]);
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
    expect([...server.state.logins].map((login) => login.revoked)).toEqual([true, true]);
  });

  it("shows the token of the session that a login replaces", async () => {
    const { api } = createClient();
    await api.auth.login.mutate(ada);
    await api.auth.login.mutate(bob);
    expect(server.requestsTo("auth.login").map((each) => each.authorization)).toEqual([
      undefined,
      "Bearer access-1",
    ]);
    expect([...server.state.logins].map((login) => login.revoked)).toEqual([true, false]);
  });

  it("tells when the email has been verified", async () => {
    const { api, history } = createClient();
    const { issue } = server.state;
    server.state.issue = (...given) => {
      const tokens = issue(...given);
      return { ...tokens, user: { ...tokens.user, emailVerified: false } };
    };
    const { refreshToken } = await api.auth.login.mutate(ada);
    server.state.issue = issue;
    await api.auth.refresh.mutate({ refreshToken });
    expect(history).toMatchObject([
      { user: { emailVerified: false } },
      { user: { emailVerified: true } },
    ]);
  });

  it("shows a new name at once, and keeps its tokens", async () => {
    const storage = createPlace();
    const { api, session, history } = createClient({ storage });
    await session.restore();
    const { refreshToken } = await api.auth.login.mutate(ada);
    const save = vi.spyOn(storage, "save");
    expect(await api.auth.account.rename.mutate({ name: "Countess" })).toHaveProperty(
      "name",
      "Countess",
    );
    expect(session.getSnapshot()).toMatchObject({ status: "signedIn", user: { name: "Countess" } });
    expect(history).toHaveLength(3);
    // Another process may have rotated the token since.
    expect(save).not.toHaveBeenCalled();
    expect(storage.record).toMatchObject({ refreshToken });
    expect(await api.notes.whose.query()).toBe(ada.email);
    expect(server.requestsTo("auth.refresh")).toHaveLength(0);
  });

  it("shows a new name after a refresh that began before it", async () => {
    const { api, session } = createClient();
    const { refreshToken } = await api.auth.login.mutate(ada);
    const { issue } = server.state;
    server.state.issue = (...given) => {
      const tokens = issue(...given);
      return { ...tokens, user: { ...tokens.user, name: "Name" } };
    };
    const gate = server.gate("auth.refresh");
    const refreshing = api.auth.refresh.mutate({ refreshToken });
    await gate.arrived;
    const renaming = api.auth.account.rename.mutate({ name: "Countess" });
    // Long enough for an answer, if the new name were sent now.
    await api.notes.open.query();
    await api.notes.open.query();
    gate.open();
    await Promise.all([refreshing, renaming]);
    expect(session.getSnapshot()).toMatchObject({ user: { name: "Countess" } });
  });

  it("shows no new name of a user who has left meanwhile", async () => {
    const { api, session } = createClient();
    await api.auth.login.mutate(ada);
    const gate = server.gate("auth.account.rename");
    const renaming = api.auth.account.rename.mutate({ name: "Countess" });
    await gate.arrived;
    await api.auth.login.mutate(bob);
    server.revive(ada.email);
    gate.open();
    await renaming;
    expect(session.getSnapshot()).toMatchObject({ user: { email: bob.email, name: "Name" } });
  });

  it("asks the app to clear what was the user's, once each time", async () => {
    const onSignedOut = vi.fn<(reason: string | undefined) => void>();
    const { api } = createClient({ onSignedOut });
    await api.auth.login.mutate(ada);
    await api.auth.login.mutate(ada);
    expect(onSignedOut.mock.calls).toEqual([]);
    await api.auth.login.mutate(bob);
    expect(onSignedOut.mock.calls).toEqual([[undefined]]);
    await api.auth.logout.mutate();
    expect(onSignedOut.mock.calls).toEqual([[undefined], [undefined]]);
    await api.auth.login.mutate(ada);
    for (const login of server.state.logins) login.revoked = true;
    await refusalOf(api.notes.whose.query());
    expect(onSignedOut.mock.calls[2]).toEqual(["refresh_token_invalid"]);
  });

  it("fails what waits when it is closed, and what comes after", async () => {
    const { api, session } = createClient();
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    const gate = server.gate("auth.refresh");
    const waiting = api.notes.whose.query();
    await gate.arrived;
    session.close();
    await expect(waiting).rejects.toHaveProperty("cause.code", "session_over");
    await expect(api.notes.open.query()).rejects.toHaveProperty("cause.code", "session_over");
    gate.open();
  });
});

describe("clocks", () => {
  it("renews before the call when the device has slept for a day, though one clock stood still", async () => {
    const { api } = createClient();
    await api.auth.login.mutate(ada);
    server.expireAccessTokens();
    moveClock("Date", 86_400_000);
    expect(await api.notes.whose.query()).toBe(ada.email);
    expect(server.requestsTo("notes.whose")).toHaveLength(1);
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
  });

  it.each([-600_000, 600_000])(
    "needs no right time: a clock that is off by %d ms changes nothing",
    async (byMs) => {
      moveClock("Date", byMs);
      const { api } = createClient();
      await api.auth.login.mutate(ada);
      expect(await api.notes.whose.query()).toBe(ada.email);
      expect(server.requestsTo("auth.refresh")).toHaveLength(0);
    },
  );

  it("knows that a token is over when the clock was set back meanwhile", async () => {
    const { api } = createClient();
    await api.auth.login.mutate(ada);
    moveClock("Date", -600_000);
    moveClock("performance", 601_000);
    await api.notes.whose.query();
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
  });
});

describe("a server that is away", () => {
  it("keeps the session, says offline, tries again by itself, and says online", async () => {
    const client = createClient();
    const { api, history } = client;
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    server.breakPath("auth.refresh", "cut", 2);
    expect(await refusalOf(api.notes.whose.query())).toContain("fetch failed");
    await untilStatus(client, (each) => each.status === "signedIn" && each.connection === "online");
    expect(
      history.map((each) => (each.status === "signedIn" ? each.connection : each.status)),
    ).toEqual(["online", "offline", "online"]);
    expect(server.requestsTo("auth.refresh")).toHaveLength(3);
  });

  it("does not call a refusal of the refresh offline", async () => {
    const { api, history } = createClient();
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    server.state.refreshRefusal = ["TOO_MANY_REQUESTS", "rate_limited"];
    expect(await refusalOf(api.notes.whose.query())).toBe("rate_limited");
    expect(history).toHaveLength(1);
  });

  it.each(["cut", { status: 502 }, { status: 503 }, { status: 504 }] as const)(
    "gets a query once more (%o)",
    async (fault) => {
      const { api } = createClient();
      server.breakPath("notes.open", fault, 1);
      expect(await api.notes.open.query()).toBe("for all");
      expect(server.requestsTo("notes.open")).toHaveLength(2);
    },
  );

  it("gets a query twice at most, and a mutation once", async () => {
    const { api } = createClient();
    server.breakPath("notes.open", "cut");
    server.breakPath("notes.add", "cut");
    await expect(api.notes.open.query()).rejects.toThrow("fetch failed");
    await expect(api.notes.add.mutate({ text: "" })).rejects.toThrow("fetch failed");
    expect(server.requestsTo("notes.open")).toHaveLength(2);
    expect(server.requestsTo("notes.add")).toHaveLength(1);
  });

  it.each([401, 403, 404, 500])(
    "gets no second query after a page with %i, and no refresh",
    async (status) => {
      const { api, session } = createClient();
      await api.auth.login.mutate(ada);
      server.breakPath("notes.whose", { status });
      await expect(api.notes.whose.query()).rejects.toThrow("JSON");
      expect(server.requestsTo("notes.whose")).toHaveLength(1);
      expect(server.requestsTo("auth.refresh")).toHaveLength(0);
      expect(session.getSnapshot().status).toBe("signedIn");
    },
  );

  it("passes a 401 of another middleware on, and does not refresh", async () => {
    const { api, session } = createClient();
    await api.auth.login.mutate(ada);
    server.servePage(
      "/trpc/notes.whose?batch=1&input=%7B%7D",
      "application/json",
      JSON.stringify([
        {
          error: {
            code: -32_001,
            message: "Pay first.",
            data: { code: "UNAUTHORIZED", httpStatus: 401 },
          },
        },
      ]),
    );
    await expect(api.notes.whose.query()).rejects.toThrow("Pay first.");
    expect(server.requestsTo("auth.refresh")).toHaveLength(0);
    expect(session.getSnapshot().status).toBe("signedIn");
  });
});

describe("a storage of the app's", () => {
  it("is given the newest refresh token, and restores the session", async () => {
    const storage = createPlace();
    const first = createClient({ storage });
    expect(first.session.getSnapshot()).toEqual({ status: "restoring" });
    expect(await first.session.restore()).toEqual({ status: "signedOut" });
    await first.api.auth.login.mutate(ada);
    expect(storage.record).toMatchObject({ version: 1, user: { email: ada.email } });
    const second = createClient({ storage });
    expect(await second.session.restore()).toMatchObject({
      status: "signedIn",
      user: { email: ada.email },
      connection: "online",
    });
    expect((storage.record as SessionRecord).refreshToken).toBe(
      [...server.state.logins][0]?.refreshToken,
    );
    await second.api.auth.logout.mutate();
    expect(storage.record).toBeUndefined();
    expect(inspect(first.history, { depth: 9 })).not.toContain("refresh-");
  });

  it("is read again before a refresh: another process may have rotated the token", async () => {
    const storage = createPlace();
    const [first, second] = [createClient({ storage }), createClient({ storage })];
    await Promise.all([first.session.restore(), second.session.restore()]);
    await first.api.auth.login.mutate(ada);
    const third = createClient({ storage });
    await third.session.restore();
    server.state.forgetParents();
    server.expireAccessTokens();
    expect(await first.api.notes.whose.query()).toBe(ada.email);
    expect(first.session.getSnapshot().status).toBe("signedIn");
  });

  it("whose save failed does not make a used token go out again", async () => {
    const storage = createPlace();
    const { api, session } = createClient({ storage });
    await session.restore();
    await api.auth.login.mutate(ada);
    vi.spyOn(storage, "save").mockRejectedValue(new Error("QuotaExceededError"));
    for (let round = 0; round < 3; round += 1) {
      server.state.forgetParents();
      server.expireAccessTokens();
      expect(await api.notes.whose.query()).toBe(ada.email);
    }
    expect(session.getSnapshot().status).toBe("signedIn");
  });

  it("keeps what another process has signed in", async () => {
    const storage = createPlace();
    const [first, second] = [createClient({ storage }), createClient({ storage })];
    await Promise.all([first.session.restore(), second.session.restore()]);
    await first.api.auth.login.mutate(ada);
    await second.api.auth.login.mutate(bob);
    server.expireAccessTokens();
    expect(await first.api.notes.whose.query()).toBe(ada.email);
    await first.api.auth.logout.mutate();
    expect(storage.record).toMatchObject({ user: { email: bob.email } });
  });

  it("gives the user while the server is away", async () => {
    const storage = createPlace();
    await createClient({ storage }).api.auth.login.mutate(ada);
    server.breakPath("auth.refresh", "cut");
    const { session } = createClient({ storage });
    expect(await session.restore()).toMatchObject({
      status: "signedIn",
      user: { email: ada.email },
      connection: "offline",
    });
  });

  it("is cleared when the server has ended its session", async () => {
    const storage = createPlace();
    await createClient({ storage }).api.auth.login.mutate(ada);
    for (const login of server.state.logins) login.revoked = true;
    const { session } = createClient({ storage });
    expect(await session.restore()).toMatchObject({
      status: "expired",
      user: { email: ada.email },
      reason: "refresh_token_invalid",
    });
    await vi.waitFor(() => expect(storage.record).toBeUndefined());
  });

  const full: CustomStorage = {
    load: async () => undefined,
    save: () => Promise.reject(new Error("QuotaExceededError")),
    clear: () => Promise.reject(new Error("SecurityError")),
  };
  const throwing: CustomStorage = {
    load() {
      throw new Error("SecurityError");
    },
    save: full.save,
    clear: full.clear,
  };

  it.each([
    ["full", full, ["save", "clear"]],
    ["forbidden", throwing, ["load", "save", "clear", "clear"]],
  ])("that is %s is told of, and the session goes on in memory", async (_, storage, actions) => {
    const onStorageFault = vi.fn<(fault: { action: string }) => void>();
    const { api, session } = createClient({ storage, onStorageFault });
    await api.auth.login.mutate(ada);
    expect(await api.notes.whose.query()).toBe(ada.email);
    await api.auth.logout.mutate();
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
    expect(onStorageFault.mock.calls.map(([{ action }]) => action)).toEqual(actions);
  });

  it("that hangs is waited for 3 s once, and asked for nothing more", async () => {
    const load = vi.fn<() => Promise<unknown>>(() => new Promise(() => {}));
    const save = vi.fn<() => Promise<void>>(() => new Promise(() => {}));
    const onStorageFault = vi.fn<(fault: { action: string }) => void>();
    const storage = { load, save, clear: save };
    const { api, session } = createClient({ storage, onStorageFault });
    expect(await session.restore()).toEqual({ status: "signedOut" });
    await api.auth.login.mutate(ada);
    expect(await api.notes.whose.query()).toBe(ada.email);
    expect(load).toHaveBeenCalledTimes(1);
    expect(save).not.toHaveBeenCalled();
    expect(onStorageFault).toHaveBeenCalledTimes(1);
  });

  it.each([
    "text",
    { version: 2, refreshToken: "secret", user: {} },
    { version: 1, refreshToken: "sec ret", user: {} },
    { version: 1, refreshToken: "secret", user: { id: 7 } },
  ])("that has something else is told of, without its content: %o", async (record) => {
    const onStorageFault = vi.fn<(fault: { error: unknown }) => void>();
    const { session } = createClient({ storage: createPlace(record), onStorageFault });
    expect(await session.restore()).toEqual({ status: "signedOut" });
    const [[fault] = []] = onStorageFault.mock.calls;
    expect(String(fault?.error)).toContain("not a session record");
    expect(inspect(fault, { depth: 9, showHidden: true })).not.toContain("secret");
  });
});

describe("a cookie", () => {
  function createTab(
    fetch: ReturnType<typeof createBrowserFetch>,
    more: Partial<ClientOptions> = {},
  ) {
    return createClient({ fetch, storage: cookieStorage(), ...more });
  }

  /** Resolves once calls of a tab carry the token that another tab was given. */
  async function untilToken({ api }: WatchedClient, token: string): Promise<void> {
    await vi.waitFor(async () => {
      await api.notes.whose.query();
      expect(server.requestsTo("notes.whose").at(-1)?.authorization).toBe(`Bearer ${token}`);
    });
  }

  it("signs nobody in on the first visit", async () => {
    const { session } = createTab(createBrowserFetch());
    expect(session.getSnapshot()).toEqual({ status: "restoring" });
    expect(await session.restore()).toEqual({ status: "signedOut" });
  });

  it("restores the session after a reload, and the refresh token is never seen", async () => {
    const browser = createBrowserFetch();
    const { api } = createTab(browser);
    const tokens = await api.auth.login.mutate({ ...ada, refreshTokenIn: "body" });
    expect(tokens.refreshToken).toBeNull();
    const reloaded = createTab(browser);
    // A call that is made at once waits until it is known for whom.
    expect(await reloaded.api.notes.whose.query()).toBe(ada.email);
    expect(reloaded.session.getSnapshot().status).toBe("signedIn");
  });

  it("is waited for while the server is away, and calls fail meanwhile", async () => {
    const browser = createBrowserFetch();
    await createTab(browser).api.auth.login.mutate(ada);
    server.breakPath("auth.refresh", "cut", 4);
    const reloaded = createTab(browser);
    expect(await refusalOf(reloaded.api.notes.whose.query())).toContain("fetch failed");
    expect(reloaded.session.getSnapshot()).toEqual({ status: "restoring" });
    expect(await reloaded.session.restore()).toMatchObject({ status: "signedIn" });
  });

  async function openTwoTabs(): Promise<WatchedClient[]> {
    const browser = createBrowserFetch();
    const first = createTab(browser);
    await first.api.auth.login.mutate(ada);
    const second = createTab(browser);
    await second.session.restore();
    await untilToken(first, "access-2");
    return [first, second];
  }

  it("makes one refresh for two tabs at once", async () => {
    const tabs = await openTwoTabs();
    const before = server.requestsTo("auth.refresh").length;
    server.expireAccessTokens();
    const calls = tabs.map(({ api }) => api.notes.whose.query());
    expect(await Promise.all(calls)).toEqual([ada.email, ada.email]);
    expect(server.requestsTo("auth.refresh").length - before).toBe(1);
  });

  it("keeps two tabs signed in that refresh at once without Web Locks", async () => {
    vi.spyOn(navigator, "locks", "get").mockReturnValue(undefined as never);
    const tabs = await openTwoTabs();
    server.expireAccessTokens();
    const calls = tabs.map(({ api }) => api.notes.whose.query());
    expect(await Promise.all(calls)).toEqual([ada.email, ada.email]);
    expect(tabs.map(({ session }) => session.getSnapshot().status)).toEqual([
      "signedIn",
      "signedIn",
    ]);
  });

  it("lets tabs hear of a login, of another user's, and of a logout", async () => {
    const browser = createBrowserFetch();
    const onSignedOut = vi.fn<(reason: unknown) => void>();
    const first = createTab(browser);
    const second = createTab(browser, { onSignedOut });
    await Promise.all([first.session.restore(), second.session.restore()]);
    await first.api.auth.login.mutate(ada);
    await untilStatus(second, (each) => each.status === "signedIn");
    expect(await second.api.notes.whose.query()).toBe(ada.email);
    await first.api.auth.login.mutate(bob);
    await untilStatus(
      second,
      (each) => each.status === "signedIn" && each.user.email === bob.email,
    );
    expect(await second.api.notes.whose.query()).toBe(bob.email);
    expect(onSignedOut.mock.calls).toEqual([[undefined]]);
    await second.api.auth.logoutEverywhere.mutate();
    await untilStatus(first, (each) => each.status === "signedOut");
    expect(server.requestsTo("auth.refresh")).toHaveLength(2);
  });

  it("lets tabs hear of a new name", async () => {
    const [first, second] = (await openTwoTabs()) as [WatchedClient, WatchedClient];
    await first.api.auth.account.rename.mutate({ name: "Countess" });
    await untilStatus(
      second,
      (each) => each.status === "signedIn" && each.user.name === "Countess",
    );
    expect(await second.api.notes.whose.query()).toBe(ada.email);
    expect(server.requestsTo("auth.refresh")).toHaveLength(2);
  });

  it("puts no call of one user under the name of another who signed in elsewhere", async () => {
    vi.stubGlobal("BroadcastChannel", undefined);
    const browser = createBrowserFetch();
    const onSignedOut = vi.fn<(reason: unknown) => void>();
    const first = createTab(browser, { onSignedOut });
    await first.api.auth.login.mutate(ada);
    const second = createTab(browser);
    await second.session.restore();
    await second.api.auth.login.mutate(bob);
    vi.unstubAllGlobals();
    await expect(first.api.notes.whose.query()).rejects.toHaveProperty(
      "cause.code",
      "session_over",
    );
    expect(first.session.getSnapshot()).toMatchObject({ user: { email: bob.email } });
    expect(onSignedOut.mock.calls).toEqual([[undefined]]);
    expect(await first.api.notes.whose.query()).toBe(bob.email);
  });

  it("restores nobody after a logout that overtook the login", async () => {
    const browser = createBrowserFetch();
    const tab = createTab(browser);
    await tab.session.restore();
    const gate = server.gate("auth.login");
    const login = tab.api.auth.login.mutate(ada);
    await gate.arrived;
    const leaving = refusalOf(tab.api.auth.logout.mutate());
    gate.open();
    await login;
    expect(await leaving).toBe("unauthenticated");
    expect(tab.session.getSnapshot()).toEqual({ status: "signedOut" });
    expect(await createTab(browser).session.restore()).toEqual({ status: "signedOut" });
    expect([...server.state.logins].map((each) => each.revoked)).toEqual([true]);
  });

  it("is known to be over in a tab that hears of the logout while it restores", async () => {
    const browser = createBrowserFetch();
    const first = createTab(browser);
    await first.api.auth.login.mutate(ada);
    server.breakPath("auth.refresh", "cut");
    const second = createTab(browser);
    await vi.waitFor(() => expect(server.requestsTo("auth.refresh").length).toBeGreaterThan(2));
    await first.api.auth.logout.mutate();
    await untilStatus(second, (each) => each.status === "signedOut");
  });

  it("lets tabs hear why the session has ended", async () => {
    const browser = createBrowserFetch();
    const first = createTab(browser);
    await first.api.auth.login.mutate(ada);
    const second = createTab(browser);
    await second.session.restore();
    await untilToken(first, "access-2");
    for (const login of server.state.logins) login.revoked = true;
    expect(await refusalOf(first.api.notes.whose.query())).toBe("token_revoked");
    await untilStatus(second, (each) => each.status === "expired");
    expect(second.session.getSnapshot()).toMatchObject({
      user: { email: ada.email },
      reason: "refresh_token_invalid",
    });
  });

  it("asks once whether it is over, for two tabs that are refused at once", async () => {
    const tabs = await openTwoTabs();
    const before = server.requestsTo("auth.refresh").length;
    for (const login of server.state.logins) login.revoked = true;
    const gate = server.gate("auth.refresh");
    const calls = tabs.map(({ api }) => refusalOf(api.notes.whose.query()));
    await gate.arrived;
    await vi.waitFor(async () => {
      const { pending } = await navigator.locks.query();
      expect(pending.map((lock) => lock.name)).toContain(`portcullis ${server.url} auth`);
    });
    gate.open();
    expect(await Promise.all(calls)).toEqual(["token_revoked", "token_revoked"]);
    expect(server.requestsTo("auth.refresh").length - before).toBe(1);
    expect(tabs.map(({ session }) => session.getSnapshot().status)).toEqual(["expired", "expired"]);
  });

  it("tells the tabs nothing else, and believes nothing else", async () => {
    const browser = createBrowserFetch();
    const tab = createTab(browser);
    await tab.api.auth.login.mutate(ada);
    const channel = new BroadcastChannel(`portcullis ${server.url} auth`);
    const heard: unknown[] = [];
    const told = new Promise<void>((resolve) => {
      channel.addEventListener("message", (event) => {
        heard.push((event as MessageEvent).data);
        resolve();
      });
    });
    for (const message of [
      null,
      "ended",
      { kind: "ended" },
      { version: 2, kind: "ended" },
      { version: 1, kind: "ended", reason: "because" },
      { version: 1, kind: "replaced", accessToken: "a\nb", leftMs: 1, user: {} },
      { version: 1, kind: "replaced", accessToken: "ab", leftMs: -1, user: {} },
      { version: 1, kind: "replaced", accessToken: "ab", leftMs: 1, user: { id: 1 } },
    ]) {
      channel.postMessage(message);
    }
    server.expireAccessTokens();
    expect(await tab.api.notes.whose.query()).toBe(ada.email);
    await told;
    channel.close();
    expect(tab.history.map((each) => each.status)).not.toContain("expired");
    expect(tab.session.getSnapshot()).toMatchObject({ user: { email: ada.email } });
    expect(heard).toMatchObject([{ version: 1, kind: "renewed", user: { email: ada.email } }]);
    expect(inspect(heard, { depth: 9 })).not.toContain("refresh-");
  });
});
