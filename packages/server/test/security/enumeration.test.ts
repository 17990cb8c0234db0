import { randomUUID } from "node:crypto";
import { hash } from "@node-rs/argon2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, testPassword } from "../start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../start-auth.ts";
import { insertPerson } from "../valid-calls.ts";
import { signInQuickly } from "./quick-sign-in.ts";

/** Whatever is known of an email here, strangers are told the same, to the byte and in every header. */
const page = "https://app.test";
const wrongPassword = "a passphrase that is wrong";

let world: TestWorld;
let node: TestNode;
/** An email of each kind that an attacker would like to tell from the others. */
let emails: Readonly<Record<string, string>>;

beforeAll(async () => {
  world = await startWorld({
    auth: {
      accounts: { requireVerifiedEmail: true },
      allowedOrigins: [page],
      // More than the hashes of inserted people cost.
      passwords: { passes: 3 },
    },
  });
  [node] = world.nodes;
  const [old, banned, unverified, known] = await Promise.all(
    Array.from({ length: 4 }, () => insertPerson(node)),
  );
  if (!known || !banned || !unverified || !old) throw new Error("Somebody is missing");
  await node.changeUser(banned.id, { banned_at: new Date(0) });
  await node.changeUser(unverified.id, { email_verified_at: null });
  const cost = { memoryCost: 19_456, timeCost: 3, parallelism: 1 };
  await node.changeUser(known.id, { password_hash: await hash(testPassword, cost) });
  const registered = `${randomUUID()}@example.test`;
  await node.register(registered);
  emails = {
    unknown: `${randomUUID()}@example.test`,
    known: known.email,
    banned: banned.email,
    unverified: unverified.email,
    "of an old hash": old.email,
    "registered only": registered,
  };
});
afterAll(() => world[Symbol.asyncDispose]());

/** The whole answer, but for the random name of the request. */
function bytesOf({ status, headers, text, error }: Answer): string {
  const told = text.replace(error?.data.requestId ?? "none", "the request's id");
  return JSON.stringify([status, ...headers, told]);
}

/** Makes a call for each of the emails, and returns what there is to be told apart. */
async function distinctAnswers(call: (email: string) => Promise<Answer>): Promise<Set<string>> {
  const answers = [];
  for (const email of Object.values(emails)) answers.push(bytesOf(await call(email)));
  expect(answers).toHaveLength(6);
  return new Set(answers);
}

const login = (password: string, extra: object = {}, headers: Record<string, string> = {}) => {
  return (email: string) => node.mutate("auth.login", { email, password, ...extra }, { headers });
};

test("V6.3.8 EN-01 a wrong password: one answer for all", async () => {
  expect(await distinctAnswers(login(wrongPassword))).toHaveLength(1);
  const inBrowser = login(wrongPassword, { refreshTokenIn: "cookie" }, { origin: page });
  expect(await distinctAnswers(inBrowser)).toHaveLength(1);
});

test("V6.3.8 EN-01 the right password of who may not sign in: as a wrong one", async () => {
  const wrong = await node.mutate("auth.login", {
    email: emails["known"],
    password: wrongPassword,
  });
  for (const kind of ["banned", "unverified", "registered only"]) {
    const answer = await login(testPassword)(emails[kind] ?? "");
    expect([kind, bytesOf(answer)]).toEqual([kind, bytesOf(wrong)]);
  }
});

test("V6.3.8 EN-02 a registration: one answer for all", async () => {
  const answers = await distinctAnswers((email) => node.register(email));
  expect(answers).toEqual(new Set([expect.stringMatching(/^\[200,.*accepted/)]));
});

test("V6.3.8 EN-03 FP-1 a forgotten password: one answer for all, and every account as before", async () => {
  const call = (email: string) => node.mutate("auth.forgotPassword", { email });
  const answers = await distinctAnswers(call);
  expect(answers).toEqual(new Set([expect.stringMatching(/^\[200,.*accepted/)]));
  expect((await login(testPassword)(emails["known"] ?? "")).status).toBe(200);
});

test("V6.3.8 PRE-02 another email: one answer for all", async () => {
  const { tokens } = await signInQuickly(node, world.clock);
  const answers = await distinctAnswers((email) =>
    node.mutate("auth.account.changeEmail", { email }, { token: tokens.accessToken }),
  );
  expect(answers).toEqual(new Set([expect.stringMatching(/^\[200,.*accepted/)]));
});

test("V6.3.8 refresh tokens that are no good: one answer, whatever there once was", async () => {
  const live = await signInQuickly(node, world.clock);
  const ended = await signInQuickly(node, world.clock);
  await node.mutate("auth.logout", undefined, { token: ended.tokens.accessToken });
  const [id = ""] = live.tokens.refreshToken.split(".");
  const guess = "A".repeat(43);
  const answers = [];
  for (const refreshToken of [
    "garbage",
    `${randomUUID()}.${guess}`,
    `${id}.${guess}`,
    ended.tokens.refreshToken,
  ]) {
    answers.push(bytesOf(await node.refresh(refreshToken)));
  }
  expect(new Set(answers).size).toBe(1);
});

test("V6.3.8 tokens of mails that are no good: one answer, whatever there once was", async () => {
  for (const [path, rest] of [
    ["auth.verifyEmail", { password: testPassword }],
    ["auth.resetPassword", { newPassword: "an entirely new password" }],
  ] as const) {
    const answers = [];
    for (const token of ["garbage", `${randomUUID()}.${"A".repeat(43)}`]) {
      answers.push(bytesOf(await node.mutate(path, { token, ...rest })));
    }
    expect(new Set(answers).size).toBe(1);
  }
});
