import { randomUUID } from "node:crypto";
import { startRedis } from "@portcullis/test-servers";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import {
  mailedToken,
  reasonOf,
  signUpVerified,
  startWorld,
  testPassword,
} from "../../test/start-auth.ts";
import type { Answer, TestNode, TestWorld, WorldOptions } from "../../test/start-auth.ts";
import { limits } from "./limit-table.ts";
import { createRedisLimitStore } from "./redis-limit-store.ts";

/** The limits as strangers meet them: through the procedures of nodes that have all of them. */
const startLimited = (
  auth: NonNullable<WorldOptions["auth"]> = {},
  requireVerifiedEmail = false,
): Promise<TestWorld> =>
  startWorld({ auth: { limits: { scale: 1 }, accounts: { requireVerifiedEmail }, ...auth } });

const { freeTries } = limits.password_from_address;
const wrongPassword = "a passphrase that is wrong";
const newPassword = "another passphrase of some length";
const home = "192.0.2.1";
const freshEmail = (): string => `${randomUUID()}@example.test`;

/** Twelve networks, each of which has its own free tries. */
const networks = Array.from({ length: 12 }, (_, index) => `2001:db8:0:${index + 1}::1`);

const login = (
  node: TestNode,
  email: string,
  password: string,
  address: string = home,
): Promise<Answer> => node.mutate("auth.login", { email, password }, { address });

/** How many of five tries from each of the networks were compared with the password. */
async function comparedTries(
  node: TestNode,
  email: string,
  password = wrongPassword,
): Promise<number> {
  let compared = 0;
  for (const address of networks) {
    const reasons = await reasonsOf(freeTries, () => login(node, email, password, address));
    compared += reasons.filter((reason) => reason === "invalid_credentials").length;
  }
  return compared;
}

/** How many of ten tries at once were compared: no delay is over before all have come. */
async function comparedAtOnce(call: (index: number) => Promise<Answer>): Promise<number> {
  const reasons = (await Promise.all(Array.from({ length: 10 }, (_, index) => call(index)))).map(
    reasonOf,
  );
  const compared = reasons.filter((reason) => reason === "invalid_credentials").length;
  expect(reasons.filter((reason) => reason === "rate_limited")).toHaveLength(10 - compared);
  return compared;
}

async function reasonsOf(
  count: number,
  call: (index: number) => Promise<Answer>,
): Promise<(string | undefined)[]> {
  const reasons = [];
  for (let index = 0; index < count; index += 1) reasons.push(reasonOf(await call(index)));
  return reasons;
}

const linksIn = (node: TestNode, page: string): number =>
  node.outbox.mails().filter(({ text }) => text.includes(`/${page}#`)).length;

/** That so many calls get an answer, and the next one is told to wait. */
const upTo = (count: number, reason: string | undefined): (string | undefined)[] => [
  ...Array<string | undefined>(count).fill(reason),
  "rate_limited",
];

describe("every procedure that compares a password counts for the account", () => {
  test.each(["confirm", "account.changePassword"])("V6.3.1 %s", async (path) => {
    await using world = await startLimited();
    const [node] = world.nodes;
    const email = freshEmail();
    const { accessToken } = await node.signUp(email);
    const input =
      path === "confirm"
        ? { password: wrongPassword }
        : { currentPassword: wrongPassword, newPassword };
    const compared = await comparedAtOnce((index) =>
      index % 2 === 0
        ? node.mutate(`auth.${path}`, input, { token: accessToken })
        : login(node, email, wrongPassword),
    );
    expect(compared).toBe(freeTries);
  });

  test("V6.3.1 verifyEmail", async () => {
    await using world = await startLimited({}, true);
    const [node] = world.nodes;
    const email = freshEmail();
    await node.register(email);
    const token = await mailedToken(node, email, "verify-email");
    const compared = await comparedAtOnce((index) =>
      index % 2 === 0
        ? node.mutate("auth.verifyEmail", { token, password: wrongPassword })
        : login(node, email, wrongPassword),
    );
    expect(compared).toBe(freeTries);
  });
});

test("V4.1.3 API-19 clients behind a trusted proxy are counted apart, and only behind a trusted one", async () => {
  await using world = await startLimited({ trustedProxies: ["10.0.0.0/8"] });
  const [node] = world.nodes;
  const guess = (email: string, client: string, address: string): Promise<Answer> => {
    const headers = { "x-forwarded-for": client };
    return node.mutate("auth.login", { email, password: wrongPassword }, { address, headers });
  };
  const behind = freshEmail();
  expect(await comparedAtOnce(() => guess(behind, "203.0.113.1", "10.0.0.1"))).toBe(freeTries);
  expect(reasonOf(await guess(behind, "203.0.113.2", "10.0.0.1"))).toBe("invalid_credentials");
  expect(node.events.at(-1)).toMatchObject({ kind: "login_failed", address: "203.0.113.2" });

  const beside = freshEmail();
  const pretend = (index: number): Promise<Answer> =>
    guess(beside, `203.0.113.${index}`, "198.51.100.1");
  expect(await comparedAtOnce(pretend)).toBe(freeTries);
});

describe("a mailbox that strangers ask for", () => {
  test("FP-4 EN-05 who uses the resets up leaves the owner a link that works", async () => {
    await using world = await startLimited({}, true);
    const [node] = world.nodes;
    const email = freshEmail();
    await signUpVerified(node, email);
    const { points } = limits.resets_of_account;
    const ask = (index: number): Promise<Answer> =>
      node.mutate("auth.forgotPassword", { email }, { address: `198.51.100.${index}` });
    for (let asked = 1; asked <= points; asked += 1) {
      expect((await ask(asked)).status).toBe(200);
      // The next mail is to be a later one, on a clock that stands still by itself.
      await expect.poll(() => linksIn(node, "reset-password")).toBe(asked);
      world.clock.nowMs += 1000;
    }
    expect(reasonOf(await ask(points + 1))).toBe("rate_limited");
    const token = await mailedToken(node, email, "reset-password");
    expect((await node.mutate("auth.resetPassword", { token, newPassword })).status).toBe(200);
  });

  test("EN-05 who registers it again and again does not keep its owner from it", async () => {
    await using world = await startLimited({}, true);
    const [node] = world.nodes;
    const email = freshEmail();
    const register = (address: string): Promise<Answer> =>
      node.mutate("auth.register", { email, password: testPassword, name: "Ada" }, { address });
    const { points } = limits.registrations_of_account_from_address;
    expect(await reasonsOf(points + 1, () => register("198.51.100.1"))).toEqual(
      upTo(points, undefined),
    );
    expect((await register(home)).status).toBe(200);
  });

  test("FP-4 registrations of one email from many places: as many as an account has", async () => {
    await using world = await startLimited({}, true);
    const [node] = world.nodes;
    const email = freshEmail();
    const { points } = limits.registrations_of_account;
    const reasons = await reasonsOf(points + 1, (index) =>
      node.mutate(
        "auth.register",
        { email, password: testPassword, name: "Ada" },
        { address: `198.51.100.${index}` },
      ),
    );
    expect(reasons).toEqual(upTo(points, undefined));
  });

  test("a password that is refused mails nothing, and counts for no account", async () => {
    await using world = await startLimited();
    const [node] = world.nodes;
    const email = freshEmail();
    const { points } = limits.registrations_of_account;
    const reasons = await reasonsOf(points + 1, () => node.register(email, "password password"));
    expect(new Set(reasons)).toEqual(new Set(["password_refused"]));
    expect((await node.register(email)).status).toBe(200);
  });
});

describe("places that are known for an account are not", () => {
  // Some delays may be over before all networks have had their turn, and they double.
  const fewTries = 2 * limits.password_from_strangers.freeTries;

  async function signInFrom(node: TestNode, email: string, addresses: readonly string[]) {
    for (const address of addresses) {
      expect((await login(node, email, testPassword, address)).status).toBe(200);
    }
  }

  test("V6.3.1 once the owner has reset the password", async () => {
    await using world = await startLimited({}, true);
    const [node] = world.nodes;
    const email = freshEmail();
    await signUpVerified(node, email);
    await signInFrom(node, email, networks);
    await node.mutate("auth.forgotPassword", { email });
    const token = await mailedToken(node, email, "reset-password");
    const reset = await node.mutate("auth.resetPassword", { token, newPassword });
    expect(reset.status).toBe(200);
    expect(await comparedTries(node, email)).toBeLessThan(fewTries);
    expect((await login(node, email, newPassword)).status).toBe(200);
  });

  test("V6.3.1 once the owner has changed the password", async () => {
    await using world = await startLimited();
    const [node] = world.nodes;
    const email = freshEmail();
    const { accessToken } = await node.signUp(email);
    await signInFrom(node, email, networks);
    const changed = await node.mutate(
      "auth.account.changePassword",
      { currentPassword: testPassword, newPassword },
      { token: accessToken },
    );
    expect(changed.status).toBe(200);
    expect(await comparedTries(node, email)).toBeLessThan(fewTries);
    expect((await login(node, email, newPassword)).status).toBe(200);
  });

  test("V6.3.1 PRE-01 once somebody else has shown that the mailbox is theirs", async () => {
    await using world = await startLimited();
    const [node] = world.nodes;
    const email = freshEmail();
    await node.register(email);
    await signInFrom(node, email, networks);
    await expect.poll(() => linksIn(node, "verify-email")).toBe(1);
    await node.register(email, newPassword);
    await expect.poll(() => linksIn(node, "verify-email")).toBe(2);
    const token = await mailedToken(node, email, "verify-email");
    const verified = await node.mutate("auth.verifyEmail", { token, password: newPassword });
    expect(verified.status).toBe(200);
    expect(await comparedTries(node, email)).toBeLessThan(fewTries);
    expect((await login(node, email, newPassword)).status).toBe(200);
  });

  test.each([
    ["banned", { banned_at: new Date(0) }],
    ["unverified", { email_verified_at: null }],
  ])("V6.3.1 for the right password of a user who is %s", async (_, change) => {
    await using world = await startLimited({}, true);
    const [node] = world.nodes;
    const email = freshEmail();
    const { user } = await signUpVerified(node, email);
    await node.changeUser(user.id, change);
    expect(await comparedTries(node, email, testPassword)).toBeLessThan(fewTries);
  });
});

describe("a try that was not compared is no wrong password", () => {
  test("API-10 for want of room to compute it", async () => {
    await using world = await startLimited({ passwords: { concurrency: 1, queueMax: 0 } });
    const [node] = world.nodes;
    const reasons = [];
    for (let round = 0; round < 4; round += 1) {
      const crowd = Array.from({ length: 50 }, () => login(node, freshEmail(), testPassword));
      reasons.push(...(await Promise.all(crowd)).map(reasonOf));
    }
    expect(new Set(reasons)).toEqual(new Set(["overloaded", "invalid_credentials"]));
  });

  test("EN-05 while the database does not answer", async () => {
    await using world = await startLimited({ databaseTimeoutMs: 300 });
    const [node] = world.nodes;
    const email = freshEmail();
    const { accessToken } = await node.signUp(email);
    // The check of the token answers from memory then.
    expect((await node.me(accessToken)).status).toBe(200);
    const calls = [
      () => login(node, email, testPassword),
      () => node.mutate("auth.confirm", { password: testPassword }, { token: accessToken }),
      () =>
        node.mutate(
          "auth.account.changePassword",
          { currentPassword: testPassword, newPassword },
          { token: accessToken },
        ),
    ];
    for (const call of calls) {
      await node.database.transaction().execute(async (transaction) => {
        await sql`lock table portcullis.user in access exclusive mode`.execute(transaction);
        const reasons = await reasonsOf(freeTries + 1, call);
        expect(new Set(reasons)).toEqual(new Set(["unavailable"]));
      });
    }
    expect((await login(node, email, testPassword)).status).toBe(200);
  });
});

test("V6.3.1 how often a password opens a session has a bound, whichever procedure opens it", async () => {
  await using world = await startLimited();
  const [node] = world.nodes;
  const email = freshEmail();
  await node.signUp(email);
  const { points } = limits.sessions_of_account;
  const reasons = await reasonsOf(points - 2, () => login(node, email, testPassword));
  expect(new Set(reasons)).toEqual(new Set([undefined]));
  const { accessToken: token } = await node.login(email);
  const change = { currentPassword: testPassword, newPassword };
  const further = [
    await login(node, email, testPassword),
    await node.mutate("auth.confirm", { password: testPassword }, { token }),
    await node.mutate("auth.account.changePassword", change, { token }),
  ];
  expect(further.map(reasonOf)).toEqual(["rate_limited", "rate_limited", "rate_limited"]);
  expect(reasonOf(await login(node, email, wrongPassword))).toBe("invalid_credentials");
});

test("a name is changed as often as it may be", async () => {
  await using world = await startLimited();
  const [node] = world.nodes;
  const { accessToken } = await node.signUp(freshEmail());
  const { points } = limits.renames_of_account;
  const reasons = await reasonsOf(points + 1, () =>
    node.mutate("auth.account.rename", { name: "Ada" }, { token: accessToken }),
  );
  expect(reasons).toEqual(upTo(points, undefined));
});

test("EN-05 strangers do not delay an owner where a process has seen them, though Redis is away", async () => {
  await using redis = await startRedis();
  const store = createRedisLimitStore({ url: redis.url });
  await using world = await startLimited({ limits: { scale: 1, store } });
  const [node] = world.nodes;
  const email = freshEmail();
  await node.signUp(email);
  await redis.kill();
  const elsewhere = await comparedAtOnce((index) =>
    login(node, email, wrongPassword, networks[index]),
  );
  expect(elsewhere).toBe(limits.password_from_strangers.freeTries);
  expect((await login(node, email, testPassword)).status).toBe(200);
});
