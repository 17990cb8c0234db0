import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimsOf, reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../../test/start-auth.ts";
import type { TokenSet } from "../contract.ts";

const page = "https://app.test";
const name = "__Host-portcullis_refresh";
const attributes = "Path=/; HttpOnly; SameSite=Strict; Secure";

let world: TestWorld;
let node: TestNode;
let users = 0;

beforeAll(async () => {
  world = await startWorld({ auth: { allowedOrigins: [page, "http://app.test"] } });
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const newEmail = (): string => `browser${(users += 1)}@example.test`;

function login(email: string, headers: Record<string, string> = { origin: page }) {
  const input = { email, password: testPassword, refreshTokenIn: "cookie" };
  return node.mutate("auth.login", input, { headers });
}

function refresh(cookie: string | undefined, headers: Record<string, string> = {}) {
  const sent = { origin: page, ...(cookie !== undefined && { cookie }), ...headers };
  return node.mutate("auth.refresh", {}, { headers: sent });
}

/** The only cookie that an answer sets, with its name and attributes as on the wire. */
function cookieOf(answer: Answer): string {
  const [cookie, ...others] = answer.headers.getSetCookie();
  expect(others).toEqual([]);
  return cookie ?? "";
}

const pairOf = (answer: Answer): string => cookieOf(answer).split(";", 1)[0] ?? "";
const tokensOf = (answer: Answer): TokenSet => answer.data as TokenSet;

async function signUp(): Promise<Answer> {
  const email = newEmail();
  await node.register(email);
  return login(email);
}

test("V3.3.1 V3.3.2 V3.3.3 V3.3.4 CK-02 the cookie of a login has exactly these attributes", async () => {
  const answer = await signUp();
  expect(answer.status).toBe(200);
  const idle = 14 * 86_400;
  const pattern = `^${name}=[0-9a-f-]{36}\\.[A-Za-z0-9_-]{43}; Max-Age=${idle}; ${attributes}$`;
  expect(cookieOf(answer)).toMatch(new RegExp(pattern));
  expect(cookieOf(answer).length).toBeLessThan(4096);
});

test("V3.3.4 with a cookie the refresh token is in no body", async () => {
  const first = await signUp();
  const second = await refresh(pairOf(first));
  for (const answer of [first, second]) {
    const secret = pairOf(answer).split(".")[1] ?? "";
    expect(secret).toHaveLength(43);
    expect(answer.text).not.toContain(secret);
    expect(tokensOf(answer).refreshToken).toBeNull();
  }
});

test("a refresh by cookie rotates the cookie, and repeats it for a racing tab", async () => {
  const first = await signUp();
  const [one, other] = await Promise.all([refresh(pairOf(first)), refresh(pairOf(first))]);
  expect(one.status).toBe(200);
  expect(pairOf(one)).toBe(pairOf(other));
  expect(pairOf(one)).not.toBe(pairOf(first));
  expect((await refresh(pairOf(one))).status).toBe(200);
});

test("logging out clears the cookie, everywhere as well", async () => {
  for (const path of ["auth.logout", "auth.logoutEverywhere", "auth.account.remove"]) {
    const { accessToken } = tokensOf(await signUp());
    const answer = await node.mutate(path, undefined, {
      token: accessToken,
      headers: { origin: page },
    });
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).toBe(`${name}=; Max-Age=0; ${attributes}`);
  }
});

test("a refused cookie is cleared, so that it is not sent again", async () => {
  const first = await signUp();
  await node.mutate("auth.logout", undefined, { token: tokensOf(first).accessToken });
  const over = await refresh(pairOf(first));
  expect(reasonOf(over)).toBe("refresh_token_invalid");
  expect(cookieOf(over)).toBe(`${name}=; Max-Age=0; ${attributes}`);

  const thief = await signUp();
  const child = await refresh(pairOf(thief));
  await refresh(pairOf(child));
  const reused = await refresh(pairOf(thief));
  expect(reasonOf(reused)).toBe("refresh_token_reused");
  expect(cookieOf(reused)).toBe(`${name}=; Max-Age=0; ${attributes}`);
});

test("entering the password again, and changing it, set the cookie anew", async () => {
  const { accessToken } = tokensOf(await signUp());
  const options = (token: string) => ({ token, headers: { origin: page } });
  const confirmed = await node.mutate(
    "auth.confirm",
    { password: testPassword, refreshTokenIn: "cookie" },
    options(accessToken),
  );
  expect(tokensOf(confirmed).refreshToken).toBeNull();
  const input = { currentPassword: testPassword, newPassword: "an entirely new password" };
  const changed = await node.mutate(
    "auth.account.changePassword",
    { ...input, refreshTokenIn: "cookie" },
    options(tokensOf(confirmed).accessToken),
  );
  expect(tokensOf(changed).refreshToken).toBeNull();
  expect((await refresh(pairOf(changed))).status).toBe(200);
});

test("V7.2.4 a login ends the session whose cookie the browser brought", async () => {
  const email = newEmail();
  await node.register(email);
  const first = await login(email);
  const second = await login(email, { origin: page, cookie: pairOf(first) });
  expect(reasonOf(await node.me(tokensOf(first).accessToken))).toBe("token_revoked");
  expect((await node.me(tokensOf(second).accessToken)).status).toBe(200);
});

describe("CK-01 planted cookies", () => {
  test("a login gives a token of its own, whatever cookie came before", async () => {
    const email = newEmail();
    await node.register(email);
    const planted = `${name}=${crypto.randomUUID()}.${"A".repeat(43)}`;
    const answer = await login(email, { origin: page, cookie: planted });
    expect(answer.status).toBe(200);
    expect(pairOf(answer)).not.toBe(planted);
  });

  test("knowing the id of another's cookie ends no session", async () => {
    const victim = await signUp();
    const [id] = pairOf(victim).split("=")[1]?.split(".") ?? [];
    const email = newEmail();
    await node.register(email);
    await login(email, { origin: page, cookie: `${name}=${id}.${"A".repeat(43)}` });
    expect((await node.me(tokensOf(victim).accessToken)).status).toBe(200);
  });

  test.each([
    ["a second cookie of the name", (pair: string) => `${pair}; ${pair}`],
    ["the name without its prefix", (pair: string) => pair.replace("__Host-", "")],
    ["the prefix in another case", (pair: string) => pair.replace("__Host-", "__host-")],
    ["an escaped value", (pair: string) => pair.replace(".", "%2E")],
    ["a broken escape", (pair: string) => `${pair}%GG`],
    ["quotes", (pair: string) => pair.replace("=", '="').concat('"')],
    ["a hundred others before it", (pair: string) => `${"x=y; ".repeat(2000)}${pair}`],
    ["nothing at all", () => ""],
  ])("%s is not read", async (_, alter) => {
    const first = await signUp();
    const answer = await refresh(alter(pairOf(first)));
    expect(answer.status).toBe(401);
    expect(reasonOf(answer)).toBe("refresh_token_invalid");
    expect((await node.me(tokensOf(first).accessToken)).status).toBe(200);
  });
});

describe("V12.2.1 where a cookie would travel in clear", () => {
  test.each([{}, { origin: "http://app.test" }])("%j gets none", async (headers) => {
    const email = newEmail();
    await node.register(email);
    const answer = await login(email, headers);
    expect(answer.status).toBe(403);
    expect(reasonOf(answer)).toBe("request_refused");
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test("a page at http://localhost gets it under a plain name, for development", async () => {
    await using own = await startWorld({ auth: { allowedOrigins: ["http://localhost:5173"] } });
    const [local] = own.nodes;
    await local.register("dev@example.test");
    const headers = { origin: "http://localhost:5173" };
    const input = { email: "dev@example.test", password: testPassword, refreshTokenIn: "cookie" };
    const answer = await local.mutate("auth.login", input, { headers });
    expect(cookieOf(answer)).toMatch(
      /^portcullis_refresh=[^;]+; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const again = await local.mutate(
      "auth.refresh",
      {},
      { headers: { ...headers, cookie: pairOf(answer) } },
    );
    expect(again.status).toBe(200);
  });
});

test("CK-03 pages of other sites cannot use the cookie, whatever they send", async () => {
  const first = await signUp();
  const cookie = pairOf(first);
  for (const headers of [
    { origin: "https://evil.test" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ] as Record<string, string>[]) {
    const answer = await node.mutate("auth.refresh", {}, { headers: { ...headers, cookie } });
    expect(answer.status).toBe(403);
    const out = await node.mutate("auth.logout", undefined, {
      headers: { ...headers, cookie },
      token: tokensOf(first).accessToken,
    });
    expect(out.status).toBe(403);
    expect(out.headers.getSetCookie()).toEqual([]);
  }
  expect((await node.me(tokensOf(first).accessToken)).status).toBe(200);
  const { sid } = claimsOf(tokensOf(first).accessToken);
  expect(sid).toMatch(/^[0-9a-f-]{36}$/);
  expect((await refresh(cookie)).status).toBe(200);
});

describe("CK-02 an answer that is streamed has sent its headers before a cookie could be set", () => {
  /** What `httpBatchStreamLink` asks for. */
  async function streamed(path: string, input: object, headers: Record<string, string> = {}) {
    const response = await node.fetch(
      new Request(`http://api.test/trpc/${path}?batch=1`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "trpc-accept": "application/jsonl",
          origin: page,
          ...headers,
        },
        body: JSON.stringify({ 0: input }),
      }),
    );
    return response.text();
  }

  test("so no login is made for a cookie that would be lost", async () => {
    const email = newEmail();
    await node.register(email);
    const input = { email, password: testPassword };
    expect(await streamed("auth.login", { ...input, refreshTokenIn: "cookie" })).toContain(
      '"reason":"request_refused"',
    );
    expect(await streamed("auth.login", input)).toContain('"refreshToken":"');
  });

  test("so no cookie is used up, and its session goes on", async () => {
    const cookie = pairOf(await signUp());
    expect(await streamed("auth.refresh", {}, { cookie })).toContain('"reason":"request_refused"');
    world.clock.nowMs += 60_000;
    const next = await refresh(cookie);
    expect(next.status).toBe(200);
    expect((await node.me(tokensOf(next).accessToken)).status).toBe(200);
  });
});
