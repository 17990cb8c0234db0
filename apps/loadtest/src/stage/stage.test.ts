import { afterAll, beforeAll, expect, test } from "vitest";
import { createTokenMint } from "./minted-tokens.ts";
import {
  addressOf,
  emailOf,
  refreshTokenOf,
  userAgent,
  userIdOf,
  type SeededUsers,
} from "./seeded-users.ts";
import { openStage, type Stage } from "./stage.ts";
import { startServers } from "./servers.ts";

const started = new AsyncDisposableStack();
let stage: Stage;
let users: SeededUsers;

beforeAll(async () => {
  const servers = started.use(await startServers());
  stage = started.use(await openStage(servers, { nodes: 1 }));
  await stage.seed(3);
  users = await stage.seed(4, 2);
});
afterAll(() => started.disposeAsync());

test("a minted token passes the real check, as the user it was made for", async () => {
  const mint = createTokenMint(stage.key, users);
  const last = users.first + users.count - 1;
  for (const [user, session] of [
    [users.first, 0],
    [users.first, 1],
    [last, 1],
  ] as const) {
    const { status, data } = await call("auth.me", user, undefined, mint.tokenOf(user, session));
    expect(status).toBe(200);
    expect(data).toMatchObject({ id: userIdOf(users, user), email: emailOf(user) });
  }
});

test("a token of nobody's session is refused", async () => {
  const mint = createTokenMint(stage.key, users);
  const { status } = await call("auth.me", 1, undefined, mint.tokenOf(users.first, 2));
  expect(status).toBe(401);
});

test("a seeded user logs in with the password of all, and refreshes with the seeded token", async () => {
  const user = users.first + 1;
  const login = await call("auth.login", user, { email: emailOf(user), password: users.password });
  expect(login.status).toBe(200);
  const refreshToken = refreshTokenOf(users, user, 1);
  const refresh = await call("auth.refresh", user, { refreshToken });
  expect(refresh.status).toBe(200);
  expect(refresh.data).toMatchObject({ user: { id: userIdOf(users, user) } });
  const again = await call("auth.refresh", user, {
    refreshToken: `${refreshToken.slice(0, -2)}AA`,
  });
  expect(again.status).toBe(401);
});

test("its counters see what was asked of it", async () => {
  const before = await stage.readCounters();
  const token = createTokenMint(stage.key, users).tokenOf(users.first + 2);
  await call("auth.me", users.first + 2, undefined, token);
  const after = await stage.readCounters();
  expect(after.redisCommands).toBeGreaterThan(before.redisCommands);
  expect(after.nodes[0]?.cpuMicros).toBeGreaterThan(before.nodes[0]?.cpuMicros ?? Infinity);
  expect(after.nodes[0]?.memoryBytes).toBeGreaterThan(2 ** 20);
});

async function call(
  path: string,
  user: number,
  input?: object,
  token?: string,
): Promise<{ readonly status: number; readonly data: unknown }> {
  const [target = ""] = stage.targets();
  const response = await fetch(`${target}/trpc/${path}`, {
    method: input === undefined ? "GET" : "POST",
    headers: {
      "user-agent": userAgent,
      "x-forwarded-for": addressOf(user),
      ...(input !== undefined && { "content-type": "application/json" }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(input !== undefined && { body: JSON.stringify(input) }),
  });
  const answer = (await response.json()) as { result?: { data: unknown } };
  return { status: response.status, data: answer.result?.data };
}
