import { initTRPC } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimsOf, startWorld } from "../../test/start-auth.ts";
import type { BodyTokenSet, TestNode, TestWorld } from "../../test/start-auth.ts";
import type { AuthContext } from "../index.ts";

let world: TestWorld;
let node: TestNode;
let names = 0;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

async function signUp(): Promise<BodyTokenSet> {
  names += 1;
  return node.signUp(`page${names}@example.test`);
}

/** The headers of a browser that asks for a page. */
function page(cookies: string, host = "app.test"): Headers {
  return new Headers({ cookie: cookies, host, "sec-fetch-mode": "navigate" });
}

const cookieOf = (refreshToken: string): string => `__Host-portcullis_refresh=${refreshToken}`;

describe("readSession", () => {
  test("says who is signed in, and uses nothing up", async () => {
    const { refreshToken, user, accessToken } = await signUp();
    const before = node.events.length;
    for (let time = 0; time < 3; time += 1) {
      const read = await node.auth.readSession(page(`a=b; ${cookieOf(refreshToken)}; c=d`));
      expect(read).toMatchObject({ user, session: { id: claimsOf(accessToken).sid } });
    }
    expect(node.events.slice(before)).toEqual([]);
    expect((await node.refresh(refreshToken)).status).toBe(200);
  });

  test("knows the successor, and the token before it for as long as tabs may race", async () => {
    const { refreshToken, user } = await signUp();
    const answer = await node.refresh(refreshToken);
    const successor = (answer.data as BodyTokenSet).refreshToken;
    expect(await node.auth.readSession(page(cookieOf(refreshToken)))).toMatchObject({ user });
    world.clock.nowMs += 11_000;
    expect(await node.auth.readSession(page(cookieOf(refreshToken)))).toBeUndefined();
    // It told nobody, and ended nothing.
    expect(await node.auth.readSession(page(cookieOf(successor)))).toMatchObject({ user });
  });

  test("RT-13 knows nobody after a logout, a ban, or the end of the session", async () => {
    const out = await signUp();
    await node.mutate("auth.logout", undefined, { token: out.accessToken });
    const banned = await signUp();
    await node.changeUser(banned.user.id, { banned_at: new Date(0) });
    const everywhere = await signUp();
    await node.mutate("auth.logoutEverywhere", undefined, { token: everywhere.accessToken });
    const removed = await signUp();
    await node.mutate("auth.account.remove", undefined, { token: removed.accessToken });
    for (const { refreshToken } of [out, banned, everywhere, removed]) {
      expect(await node.auth.readSession(page(cookieOf(refreshToken)))).toBeUndefined();
    }
    const idle = await signUp();
    world.clock.nowMs += 15 * 86_400_000;
    expect(await node.auth.readSession(page(cookieOf(idle.refreshToken)))).toBeUndefined();
  });

  test("CK-01 believes no cookie that is planted, doubled or made up", async () => {
    const { refreshToken } = await signUp();
    const [id = ""] = refreshToken.split(".");
    const wrong = [
      "",
      "a=b",
      `portcullis_refresh=${refreshToken}`,
      `${cookieOf(refreshToken)}; ${cookieOf(refreshToken)}`,
      `__host-portcullis_refresh=${refreshToken}`,
      cookieOf(`${id}.${"A".repeat(43)}`),
      cookieOf(id),
      cookieOf(`${refreshToken}x`),
      `${cookieOf(refreshToken)}; a=${"x".repeat(8192)}`,
    ];
    for (const cookies of wrong) {
      expect([cookies, await node.auth.readSession(page(cookies))]).toEqual([cookies, undefined]);
    }
    expect(await node.auth.readSession(new Headers())).toBeUndefined();
  });

  test("takes the plain name on this machine only", async () => {
    const { refreshToken, user } = await signUp();
    const plain = `portcullis_refresh=${refreshToken}`;
    for (const host of ["localhost:3000", "127.0.0.1", "[::1]:3000"]) {
      expect(await node.auth.readSession(page(plain, host))).toMatchObject({ user });
    }
    for (const host of ["localhost.evil.test", "evil.test", "localhost:3000@evil.test", ""]) {
      expect(await node.auth.readSession(page(plain, host))).toBeUndefined();
    }
  });
});

describe("a server context", () => {
  async function callerOf(headers: Headers) {
    const t = initTRPC
      .context<AuthContext>()
      .create({ errorFormatter: node.auth.formatError, isDev: false });
    const router = t.router({
      auth: node.auth.router,
      change: t.procedure.concat(node.auth.signedIn).mutation(() => "changed"),
      live: t.procedure.concat(node.auth.signedIn).subscription(async function* live() {
        yield await Promise.resolve("live");
      }),
    });
    return router.createCaller(node.auth.createServerContext({ headers }));
  }

  test("calls queries as whoever is signed in, with one look at the cookie", async () => {
    const { refreshToken, user } = await signUp();
    const caller = await callerOf(page(cookieOf(refreshToken)));
    expect(await caller.auth.me()).toEqual(user);
    expect(await caller.auth.sessions.list()).toHaveLength(1);
    expect((await node.refresh(refreshToken)).status).toBe(200);
  });

  test("is nobody's without a cookie", async () => {
    const caller = await callerOf(new Headers());
    await expect(caller.auth.me()).rejects.toMatchObject({ reason: "unauthenticated" });
  });

  test("V3.5.1 changes nothing, for the cookie comes with what other pages ask for", async () => {
    const { refreshToken } = await signUp();
    const caller = await callerOf(page(cookieOf(refreshToken)));
    for (const call of [
      () => caller.change(),
      () => caller.auth.logout(),
      () => caller.auth.account.rename({ name: "Eve" }),
      () => caller.live(),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    for (const call of [
      () => caller.auth.refresh({ refreshToken }),
      () => caller.auth.forgotPassword({ email: "eve@example.test" }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "BAD_REQUEST" });
    }
    expect(await caller.auth.me()).toMatchObject({ name: "Ada" });
  });
});
