import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from "vitest";
import { createPortcullisClient } from "./client.ts";
import { isPortcullisError } from "./errors.ts";
import type { ClientOptions } from "./options.ts";
import { ResponseTooLargeError } from "./bounded-fetch.ts";
import type { SessionSnapshot } from "./session-snapshot.ts";
import { startTestServer, type Fault, type TestRouter, type TestServer } from "./test-server.ts";

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server[Symbol.asyncDispose]());

const ada = { email: "ada@example.com", password: "right" };
const bob = { email: "bob@example.com", password: "right" };

function createClient(options: Partial<ClientOptions> = {}) {
  const client = createPortcullisClient<TestRouter>({ url: server.url, ...options });
  const history: SessionSnapshot[] = [];
  client.session.subscribe(() => history.push(client.session.getSnapshot()));
  return { ...client, history };
}

async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => new Error("The call was accepted."),
    (refusal: unknown) => refusal,
  );
  return isPortcullisError(error) ? error.data.reason : String(error);
}

describe("types", () => {
  it("types the router's own procedures and those of auth", () => {
    const { api } = createClient();
    expectTypeOf(api.notes.add.mutate).parameter(0).toEqualTypeOf<{ text: string }>();
    expectTypeOf(api.notes.whose.query).returns.resolves.toEqualTypeOf<string>();
    expectTypeOf(api.auth.login.mutate).parameter(0).toEqualTypeOf<{
      email: string;
      password: string;
      refreshTokenIn?: "body" | "cookie" | undefined;
    }>();
  });

  it("refuses a router without the auth procedures, and says what to do", () => {
    const call = () => {
      // @ts-expect-error The parameter is the sentence "The router has no Portcullis procedures ...".
      createPortcullisClient<TestRouter, "identity">({ url: server.url, authPath: "identity" });
    };
    expectTypeOf(call).toBeFunction();
    expectTypeOf<
      Parameters<typeof createPortcullisClient<TestRouter, "identity">>[0]
    >().toEqualTypeOf<'The router has no Portcullis procedures under "identity": mount auth.router there, or name its key as the second type argument and as authPath.'>();
  });
});

describe("signing in and out", () => {
  it("starts signed out and sends no token", async () => {
    const { api, session } = createClient();
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
    expect(await api.notes.open.query()).toBe("for all");
    expect(await refusalOf(api.notes.whose.query())).toBe("unauthenticated");
    expect(server.seen.map((request) => request.authorization)).toEqual([undefined, undefined]);
  });

  it("keeps the tokens of a login, puts them on calls and tells who is signed in", async () => {
    const { api, session, history } = createClient();
    await api.auth.login.mutate(ada);
    expect(await api.notes.whose.query()).toBe(ada.email);
    const user = {
      id: ada.email,
      email: ada.email,
      name: "Name",
      role: "member",
      emailVerified: true,
    };
    expect(session.getSnapshot()).toEqual({ status: "signedIn", user, connection: "online" });
    expect(session.getSnapshot()).toBe(session.getSnapshot());
    expect(history).toHaveLength(1);
  });

  it("stays as it was after a failed login", async () => {
    const { api, session, history } = createClient();
    expect(await refusalOf(api.auth.login.mutate({ ...ada, password: "wrong" }))).toBe(
      "invalid_credentials",
    );
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
    await api.auth.login.mutate(ada);
    expect(await refusalOf(api.auth.login.mutate({ ...bob, password: "wrong" }))).toBe(
      "invalid_credentials",
    );
    expect(await api.notes.whose.query()).toBe(ada.email);
    expect(history).toHaveLength(1);
  });

  it.each(["logout", "logoutEverywhere"] as const)(
    "forgets the tokens at %s, and revokes",
    async (way) => {
      const { api, session, history } = createClient();
      await api.auth.login.mutate(ada);
      const call = api.auth[way].mutate();
      expect(session.getSnapshot()).toEqual({ status: "signedOut" });
      await call;
      expect([...server.state.logins].map((login) => login.revoked)).toEqual([true]);
      expect(await refusalOf(api.notes.whose.query())).toBe("unauthenticated");
      expect(history.map((each) => each.status)).toEqual(["signedIn", "signedOut"]);
    },
  );

  it("forgets the tokens also when the logout fails", async () => {
    const { api, session } = createClient();
    await api.auth.login.mutate(ada);
    server.breakPath("auth.logout", "cut");
    await expect(api.auth.logout.mutate()).rejects.toThrow("fetch failed");
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
    expect(server.requestsTo("auth.logout")).toHaveLength(1);
  });

  it("logs out with an access token that is over, by one refresh", async () => {
    const { api, session, history } = createClient();
    await api.auth.login.mutate(ada);
    server.expireAccessTokens();
    await api.auth.logout.mutate();
    expect([...server.state.logins].map((login) => login.revoked)).toEqual([true]);
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
    expect(history.map((each) => each.status)).toEqual(["signedIn", "signedOut"]);
  });

  it("puts a second login over the first", async () => {
    const { api, session } = createClient();
    await api.auth.login.mutate(ada);
    await api.auth.login.mutate(bob);
    expect(await api.notes.whose.query()).toBe(bob.email);
    expect(session.getSnapshot()).toMatchObject({ user: { email: bob.email } });
  });

  it("does not sign in by a login that is answered after a logout", async () => {
    const { api, session, history } = createClient();
    const gate = server.gate("auth.login");
    const login = api.auth.login.mutate(ada);
    await gate.arrived;
    expect(await refusalOf(api.auth.logout.mutate())).toBe("unauthenticated");
    gate.open();
    await login;
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
    expect(history).toEqual([]);
  });

  it("takes the tokens of a refresh that the caller makes with a token it kept", async () => {
    const first = createClient();
    const { refreshToken } = await first.api.auth.login.mutate(ada);
    const second = createClient();
    await second.api.auth.refresh.mutate({ refreshToken });
    expect(await second.api.notes.whose.query()).toBe(ada.email);
    expect(second.session.getSnapshot()).toMatchObject({ status: "signedIn" });
  });

  it("tells a listener nothing after it has left, and hears on when another one throws", async () => {
    const { api, session } = createClient();
    const heard: string[] = [];
    const uncaught = new Promise((resolve) => {
      const others = process.listeners("uncaughtException");
      process.removeAllListeners("uncaughtException");
      process.once("uncaughtException", (error) => {
        for (const listener of others) process.on("uncaughtException", listener);
        resolve(error);
      });
    });
    const fault = new Error("faulty listener");
    session.subscribe(() => {
      throw fault;
    });
    const leave = session.subscribe(() => heard.push("left"));
    session.subscribe(() => heard.push("stayed"));
    leave();
    await api.auth.login.mutate(ada);
    expect(heard).toEqual(["stayed"]);
    expect(await uncaught).toBe(fault);
  });
});

describe("renewal", () => {
  it("RT-12 makes one refresh for 50 calls that are refused at once", async () => {
    const { api, history } = createClient();
    await api.auth.login.mutate(ada);
    server.expireAccessTokens();
    const calls = Array.from({ length: 50 }, () => api.notes.whose.query());
    expect(new Set(await Promise.all(calls))).toEqual(new Set([ada.email]));
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
    expect(history).toHaveLength(1);
  });

  it("RT-12 makes one refresh, before sending, for 50 calls whose token is known to be over", async () => {
    const { api } = createClient();
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    const calls = Array.from({ length: 50 }, () => api.notes.whose.query());
    await Promise.all(calls);
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
    const notes = server.seen.filter((request) => request.path.startsWith("notes."));
    expect(notes).toHaveLength(5);
    expect(new Set(notes.map((request) => request.authorization))).toEqual(
      new Set(["Bearer access-2"]),
    );
  });

  it("runs a refused mutation once, after the refresh", async () => {
    const { api } = createClient();
    await api.auth.login.mutate(ada);
    server.expireAccessTokens();
    expect(await api.notes.add.mutate({ text: "four" })).toEqual({ length: 4 });
    expect(server.state.added).toEqual([`${ada.email}: four`]);
  });

  it("RT-12 sends a refused call once more and then gives up", async () => {
    const { api, session } = createClient();
    await api.auth.login.mutate(ada);
    const fresh = server.gate("auth.refresh");
    server.expireAccessTokens();
    const call = refusalOf(api.notes.whose.query());
    await fresh.arrived;
    const retried = server.gate("notes.whose");
    fresh.open();
    await retried.arrived;
    server.expireAccessTokens();
    retried.open();
    expect(await call).toBe("token_expired");
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
    expect(server.requestsTo("notes.whose")).toHaveLength(2);
    expect(session.getSnapshot().status).toBe("signedIn");
  });

  it("RT-12 does not loop when the server gives tokens without life", async () => {
    const { api } = createClient();
    server.state.loginExpiresIn = 0;
    server.state.refreshExpiresIn = 0;
    await api.auth.login.mutate(ada);
    expect(await api.notes.whose.query()).toBe(ada.email);
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
  });

  it("uses a token that came meanwhile instead of refreshing again", async () => {
    const { api } = createClient();
    await api.auth.login.mutate(ada);
    server.expireAccessTokens();
    const slow = server.gate("notes.whose");
    const late = api.notes.whose.query();
    await slow.arrived;
    await api.notes.add.mutate({ text: "renews" });
    slow.open();
    expect(await late).toBe(ada.email);
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
  });

  it.each([
    ["refresh_token_invalid", "UNAUTHORIZED"],
    ["refresh_token_reused", "UNAUTHORIZED"],
    ["token_revoked", "UNAUTHORIZED"],
  ] as const)("ends the session once when the refresh is refused with %s", async (reason, code) => {
    const { api, session, history } = createClient();
    await api.auth.login.mutate(ada);
    server.expireAccessTokens();
    server.state.refreshRefusal = [code, reason];
    const calls = [
      refusalOf(api.notes.whose.query()),
      refusalOf(api.notes.add.mutate({ text: "" })),
    ];
    expect(await Promise.all(calls)).toEqual(["token_expired", "token_expired"]);
    expect(session.getSnapshot()).toMatchObject({
      status: "expired",
      user: { email: ada.email },
      reason,
    });
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
    expect(history.map((each) => each.status)).toEqual(["signedIn", "expired"]);
    expect(await refusalOf(api.notes.whose.query())).toBe("unauthenticated");
  });

  it("asks for no second refresh when a refusal arrives after the session has ended", async () => {
    const { api } = createClient();
    await api.auth.login.mutate(ada);
    server.expireAccessTokens();
    server.state.refreshRefusal = ["UNAUTHORIZED", "refresh_token_invalid"];
    const slow = server.gate("notes.whose");
    const late = refusalOf(api.notes.whose.query());
    await slow.arrived;
    expect(await refusalOf(api.notes.add.mutate({ text: "" }))).toBe("token_expired");
    slow.open();
    expect(await late).toBe("token_expired");
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
  });

  const lostAnswers: Fault[] = ["swallowed", "cut", "silent", "endless", { status: 503 }];

  it.each(lostAnswers)(
    "RT-11 asks again with the same token when the answer of a refresh is lost (%o)",
    async (fault) => {
      const { api, session, history } = createClient({
        refreshTimeoutMs: 500,
        maxResponseBytes: 65_536,
      });
      server.state.loginExpiresIn = 0;
      await api.auth.login.mutate(ada);
      server.breakPath("auth.refresh", fault, 1);
      const calls = Array.from({ length: 3 }, () => api.notes.whose.query());
      expect(new Set(await Promise.all(calls))).toEqual(new Set([ada.email]));
      expect(server.requestsTo("auth.refresh")).toHaveLength(2);
      expect(session.getSnapshot().status).toBe("signedIn");
      expect(history).toHaveLength(1);
      server.expireAccessTokens();
      expect(await api.notes.whose.query()).toBe(ada.email);
      expect(server.requestsTo("auth.refresh")).toHaveLength(3);
    },
  );

  it("RT-11 asks again when the caller's own refresh gets no answer", async () => {
    const { refreshToken } = await createClient().api.auth.login.mutate(ada);
    const { api } = createClient({ refreshTimeoutMs: 500 });
    server.breakPath("auth.refresh", "swallowed", 1);
    await api.auth.refresh.mutate({ refreshToken });
    expect(await api.notes.whose.query()).toBe(ada.email);
    expect(server.requestsTo("auth.refresh")).toHaveLength(2);
  });

  it("does not ask again for a caller who has stopped waiting", async () => {
    const { api } = createClient();
    const { refreshToken } = await api.auth.login.mutate(ada);
    const gate = server.gate("auth.refresh");
    const aborter = new AbortController();
    const call = api.auth.refresh.mutate({ refreshToken }, { signal: aborter.signal });
    await gate.arrived;
    aborter.abort();
    await expect(call).rejects.toThrow("aborted");
    gate.open();
    await api.notes.open.query();
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
  });

  it.each([
    ["outcome_unknown", "INTERNAL_SERVER_ERROR", 2],
    ["unavailable", "SERVICE_UNAVAILABLE", 2],
    ["internal", "INTERNAL_SERVER_ERROR", 1],
    ["revocation_unavailable", "SERVICE_UNAVAILABLE", 1],
    ["overloaded", "TOO_MANY_REQUESTS", 1],
  ] as const)("stays signed in after a refresh answered %s", async (reason, code, requests) => {
    const { api, session } = createClient();
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    server.state.refreshRefusal = [code, reason];
    expect(await refusalOf(api.notes.whose.query())).toBe(reason);
    expect(server.requestsTo("auth.refresh")).toHaveLength(requests);
    expect(session.getSnapshot().status).toBe("signedIn");
  });

  it("does not ask again when something other than the service refuses the refresh", async () => {
    const { api, session } = createClient();
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    server.breakPath("auth.refresh", { status: 404 });
    expect(await refusalOf(api.notes.whose.query())).toContain("JSON");
    expect(server.requestsTo("auth.refresh")).toHaveLength(1);
    expect(session.getSnapshot().status).toBe("signedIn");
  });

  it.each(lostAnswers)(
    "RT-11 stays signed in when both answers of a refresh are lost (%o)",
    async (fault) => {
      const { api, session } = createClient({
        refreshTimeoutMs: 500,
        maxResponseBytes: 65_536,
      });
      server.state.loginExpiresIn = 0;
      await api.auth.login.mutate(ada);
      server.breakPath("auth.refresh", fault);
      const calls = Array.from({ length: 3 }, () => refusalOf(api.notes.whose.query()));
      const outcomes = new Set(await Promise.all(calls));
      expect(outcomes.size).toBe(1);
      expect([...outcomes][0]).toMatch(/fetch failed|JSON|timeout|maxResponseBytes/);
      expect(server.requestsTo("auth.refresh")).toHaveLength(2);
      expect(session.getSnapshot().status).toBe("signedIn");
      server.mendPath("auth.refresh");
      expect(await api.notes.whose.query()).toBe(ada.email);
    },
  );

  it("does not sign in again by a refresh that is answered after a logout", async () => {
    const { api, session, history } = createClient();
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    const gate = server.gate("auth.refresh");
    const waiting = refusalOf(api.notes.whose.query());
    await gate.arrived;
    const logout = api.auth.logout.mutate();
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
    gate.open();
    await logout;
    await waiting;
    expect([...server.state.logins].map((login) => login.revoked)).toEqual([true]);
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
    expect(history.map((each) => each.status)).toEqual(["signedIn", "signedOut"]);
    expect(await refusalOf(api.notes.whose.query())).toBe("unauthenticated");
  });

  it("keeps a login that is made while a refresh is in flight", async () => {
    const { api, session } = createClient();
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    const gate = server.gate("auth.refresh");
    const waiting = api.notes.whose.query();
    await gate.arrived;
    server.state.loginExpiresIn = 600;
    await api.auth.login.mutate(bob);
    // The login has ended Ada's session; this shows where her call goes as long as it can.
    server.revive(ada.email);
    gate.open();
    // Begun as Ada, so it is answered for Ada: never under the token of another user.
    expect(await waiting).toBe(ada.email);
    expect(session.getSnapshot()).toMatchObject({ user: { email: bob.email } });
    expect(await api.notes.whose.query()).toBe(bob.email);
  });

  it("does not end a new login by the late refusal of the old session's refresh", async () => {
    const { api, session } = createClient();
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    const gate = server.gate("auth.refresh");
    const waiting = refusalOf(api.notes.whose.query());
    await gate.arrived;
    server.state.loginExpiresIn = 600;
    await api.auth.login.mutate(bob);
    server.state.refreshRefusal = ["UNAUTHORIZED", "refresh_token_invalid"];
    gate.open();
    expect(await waiting).toBe("refresh_token_invalid");
    expect(session.getSnapshot()).toMatchObject({ status: "signedIn", user: { email: bob.email } });
  });

  it("lets a caller stop waiting for a refresh, without stopping it for the others", async () => {
    const { api } = createClient();
    server.state.loginExpiresIn = 0;
    await api.auth.login.mutate(ada);
    const gate = server.gate("auth.refresh");
    const aborter = new AbortController();
    const given = api.notes.add.mutate({ text: "no" }, { signal: aborter.signal });
    const other = api.notes.whose.query();
    await gate.arrived;
    aborter.abort();
    await expect(given).rejects.toThrow("aborted");
    gate.open();
    expect(await other).toBe(ada.email);
    expect(server.state.added).toEqual([]);
  });
});

describe("requests", () => {
  it("API-01 never puts more than ten calls in a batch", async () => {
    const { api } = createClient();
    await Promise.all(Array.from({ length: 25 }, () => api.notes.open.query()));
    expect(server.seen.map((request) => request.path.split(",").length)).toEqual([10, 10, 5]);
  });

  it("sends passwords and tokens in requests of their own", async () => {
    const { api } = createClient();
    await Promise.allSettled([
      api.notes.add.mutate({ text: "" }),
      api.auth.login.mutate(ada),
      api.auth.register.mutate({ ...ada, name: "Ada" }),
    ]);
    expect(server.seen.map((request) => request.path).toSorted()).toEqual([
      "auth.login",
      "auth.register",
      "notes.add",
    ]);
  });

  it("ends a request that is not answered in time", async () => {
    const { api } = createClient({ timeoutMs: 50 });
    server.breakPath("notes.open", "silent");
    await expect(api.notes.open.query()).rejects.toThrow("timeout");
  });

  it.each([301, 302, 303, 307, 308])(
    "takes no password, token or input to where a %i points",
    async (status) => {
      await using other = await startTestServer();
      const { api, session } = createClient();
      const { refreshToken } = await api.auth.login.mutate(ada);
      const calls = {
        "auth.login": () => api.auth.login.mutate(bob),
        "auth.register": () => api.auth.register.mutate({ ...bob, name: "Bob" }),
        "auth.refresh": () => api.auth.refresh.mutate({ refreshToken }),
        "notes.open": () => api.notes.open.query(),
      };
      for (const [path, call] of Object.entries(calls)) {
        server.breakPath(path, { status, location: `${other.url}/${path}` });
        await expect(call()).rejects.toThrow("fetch failed");
      }
      expect(other.seen).toEqual([]);
      expect(session.getSnapshot()).toMatchObject({ user: { email: ada.email } });
    },
  );

  it("reads an answer no further than maxResponseBytes, and shows nothing of it", async () => {
    const { api } = createClient({ maxResponseBytes: 65_536 });
    server.breakPath("notes.open", "endless");
    const error: unknown = await api.notes.open.query().catch((refusal: unknown) => refusal);
    expect(error).toHaveProperty("cause", new ResponseTooLargeError(65_536));
    expect(error).toHaveProperty("cause.code", "response_too_large");
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("endless");
  });

  it("counts the bytes of an answer to the last one", async () => {
    const { api } = createClient({ maxResponseBytes: 65_536 });
    const envelope = JSON.stringify([{ result: { data: "" } }]);
    server.state.openNote = "x".repeat(65_536 - envelope.length);
    expect(await api.notes.open.query()).toBe(server.state.openNote);
    server.state.openNote += "x";
    await expect(api.notes.open.query()).rejects.toThrow("maxResponseBytes");
  });

  it("never sends login twice", async () => {
    const { api } = createClient();
    server.breakPath("auth.login", "cut");
    await expect(api.auth.login.mutate(ada)).rejects.toThrow("fetch failed");
    expect(server.requestsTo("auth.login")).toHaveLength(1);
  });

  it("sends the caller's headers, and its own Authorization", async () => {
    const { api } = createPortcullisClient<TestRouter>({
      url: server.url,
      headers: () => ({ "X-Trace": "1", Authorization: "Bearer other" }),
    });
    await api.auth.login.mutate(ada);
    await api.notes.whose.query();
    expect(server.seen.map((request) => request.headers["x-trace"])).toEqual(["1", "1"]);
    expect(server.seen.map((request) => request.authorization)).toEqual([
      undefined,
      "Bearer access-1",
    ]);
  });

  it("puts no token into URLs, snapshots or errors", async () => {
    const { api, session, history } = createClient();
    await api.auth.login.mutate(ada);
    server.expireAccessTokens();
    server.state.refreshRefusal = ["INTERNAL_SERVER_ERROR", "internal"];
    const errors: unknown[] = await Promise.all(
      [api.notes.whose.query(), api.notes.add.mutate({ text: "" })].map((call) =>
        call.catch((error: unknown) => error),
      ),
    );
    const shown = inspect([errors, history, session, api, server.seen.map((each) => each.url)], {
      depth: 20,
      showHidden: true,
    });
    expect(shown).toContain("TRPCClientError");
    expect(shown).not.toMatch(/access-\d|refresh-\d|secret/);
  });

  it("takes no token that does not fit into a header", async () => {
    const { api, session } = createClient();
    server.state.issue = () => ({
      accessToken: "secret\nX-Other: 1",
      tokenType: "Bearer",
      expiresIn: 600,
      refreshToken: "refresh",
      user: { id: "1", email: "", name: "", role: "", emailVerified: false },
    });
    const error = await api.auth.login.mutate(ada).catch((refusal: unknown) => refusal);
    expect(String(error)).toContain('"accessToken" has another form');
    expect(String(error)).not.toContain("secret");
    expect(session.getSnapshot()).toEqual({ status: "signedOut" });
  });

  it.each([
    { maxBatchSize: 0 },
    { maxBatchSize: 101 },
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { refreshTimeoutMs: 499 },
    { refreshTimeoutMs: 10_001 },
    { maxResponseBytes: 65_535 },
    { maxResponseBytes: 268_435_457 },
  ])("refuses options out of bounds: %o", (options) => {
    expect(() => createPortcullisClient<TestRouter>({ url: server.url, ...options })).toThrow(
      RangeError,
    );
  });
});
