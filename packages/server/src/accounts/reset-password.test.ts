import { afterAll, beforeAll, expect, test } from "vitest";
import {
  mailedToken,
  reasonOf,
  signUpVerified,
  startWorld,
  testPassword,
} from "../../test/start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../../test/start-auth.ts";

const newPassword = "an entirely new password";
let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const forgot = (email: string, at = node) => at.mutate("auth.forgotPassword", { email });
const reset = (token: string, password = newPassword, at = node) =>
  at.mutate("auth.resetPassword", { token, newPassword: password });
const loginStatus = async (email: string, password: string) =>
  (await node.mutate("auth.login", { email, password })).status;

/** The whole answer, but for the random name of the request. */
const wireForm = (answer: Answer): string =>
  JSON.stringify([answer.status, [...answer.headers], answer.text]);

test("FP-4 a reset sets the password, ends every session, tells the user and signs nobody in", async () => {
  const email = "forgetful@example.test";
  const tokens = await signUpVerified(node, email);
  await forgot(email);
  const token = await mailedToken(node, email, "reset-password");
  // FP-1: asking for it changes nothing.
  expect((await node.me(tokens.accessToken)).status).toBe(200);

  const answer = await reset(token);
  expect(answer.data).toEqual({ changed: true });
  expect(answer.headers.has("set-cookie")).toBe(false);
  expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
  expect(reasonOf(await node.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
  expect(await loginStatus(email, testPassword)).toBe(401);
  expect(await loginStatus(email, newPassword)).toBe(200);
  const told = await node.outbox.waitFor(
    ({ to, subject }) =>
      to.address === email && /password/i.test(subject) && /changed/i.test(subject),
  );
  expect(told.text).not.toContain("#token=");
});

test("EN-03 the answer is the same for known, unknown and unverified addresses", async () => {
  await signUpVerified(node, "known@example.test");
  await node.register("unverified@example.test");
  const answers = [
    await forgot("known@example.test"),
    await forgot("unknown@example.test"),
    await forgot("unverified@example.test"),
  ];
  expect(new Set(answers.map(wireForm)).size).toBe(1);
});

test("V6.5.5 the token is good for ten minutes from its mail on", async () => {
  const email = "slow@example.test";
  await signUpVerified(node, email);
  await forgot(email);
  const token = await mailedToken(node, email, "reset-password");
  world.clock.nowMs += 10 * 60_000;
  expect(reasonOf(await reset(token))).toBe("email_token_invalid");
  world.clock.nowMs -= 1;
  expect((await reset(token)).status).toBe(200);
});

test("V6.5.1 fifty uses at once of one token: one sets the password", async () => {
  await using own = await startWorld({ auth: { passwords: { queueMax: 100 } } });
  const [wide] = own.nodes;
  const email = "race@example.test";
  await signUpVerified(wide, email);
  await forgot(email, wide);
  const token = await mailedToken(wide, email, "reset-password");
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => reset(token, `${newPassword} ${index}`, wide)),
  );
  const reasons = answers.map((answer) => reasonOf(answer) ?? "changed");
  expect(reasons.filter((reason) => reason === "changed")).toHaveLength(1);
  expect(new Set(reasons).size).toBeLessThanOrEqual(3);
  expect(reasons).not.toContain("internal");
});

test("V6.6.2 a new request makes the earlier token worthless", async () => {
  const email = "twice@example.test";
  await signUpVerified(node, email);
  await forgot(email);
  const first = await mailedToken(node, email, "reset-password");
  await forgot(email);
  const link = /#token=(\S+)/;
  const next = await node.outbox.waitFor(
    ({ to, text }) =>
      to.address === email && text.includes("reset-password") && !text.includes(first),
  );
  expect(reasonOf(await reset(first))).toBe("email_token_invalid");
  expect((await reset(link.exec(next.text)?.[1] ?? "")).status).toBe(200);
});

test("V6.6.2 a token for another address than the user's present one is refused", async () => {
  const email = "moving@example.test";
  const { accessToken } = await signUpVerified(node, email);
  await forgot(email);
  const stale = await mailedToken(node, email, "reset-password");
  await node.mutate(
    "auth.account.changeEmail",
    { email: "moved@example.test" },
    { token: accessToken },
  );
  const confirm = await mailedToken(node, "moved@example.test", "confirm-email");
  await node.mutate("auth.account.confirmEmail", { token: confirm }, { token: accessToken });
  expect(reasonOf(await reset(stale))).toBe("email_token_invalid");
});

test("V6.6.2 a token for an address that the user has left stays refused when they take it again", async () => {
  const email = "returning@example.test";
  const { accessToken: token } = await signUpVerified(node, email);
  await forgot(email);
  const stale = await mailedToken(node, email, "reset-password");
  for (const next of ["returned@example.test", email]) {
    await node.mutate("auth.account.changeEmail", { email: next }, { token });
    const confirm = await mailedToken(node, next, "confirm-email");
    const answer = await node.mutate("auth.account.confirmEmail", { token: confirm }, { token });
    expect(answer.data).toMatchObject({ email: next });
  }
  expect(reasonOf(await reset(stale))).toBe("email_token_invalid");
});

test("V6.6.2 a password that is changed or reset leaves no mailed token behind", async () => {
  const email = "careful@example.test";
  const { accessToken: token, user } = await signUpVerified(node, email);
  const tokensLeft = async () =>
    await node.database
      .selectFrom("portcullis.email_token")
      .select("purpose")
      .where("user_id", "=", user.id)
      .execute();
  await forgot(email);
  const stale = await mailedToken(node, email, "reset-password");
  const changed = await node.mutate(
    "auth.account.changePassword",
    { currentPassword: testPassword, newPassword },
    { token },
  );
  expect(changed.status).toBe(200);
  expect(reasonOf(await reset(stale))).toBe("email_token_invalid");
  expect(await tokensLeft()).toEqual([]);

  const next = { email: "careless@example.test" };
  const { accessToken: again } = await node.login(email, newPassword);
  await node.mutate("auth.account.changeEmail", next, { token: again });
  await mailedToken(node, next.email, "confirm-email");
  await forgot(email);
  const mail = await node.outbox.waitFor(
    ({ to, text }) =>
      to.address === email && text.includes("reset-password") && !text.includes(stale),
  );
  expect((await reset(/#token=(\S+)/.exec(mail.text)?.[1] ?? "", testPassword)).status).toBe(200);
  expect(await tokensLeft()).toEqual([]);
});

test("V6.6.2 a mailed token does only what it was mailed for", async () => {
  const email = "two-mails@example.test";
  // Unverified, so that the user may ask for a confirmation of the address that a reset goes to.
  const { accessToken: token } = await node.signUp(email);
  await node.mutate("auth.account.changeEmail", { email }, { token });
  const confirm = await mailedToken(node, email, "confirm-email");
  await forgot(email);
  const resetting = await mailedToken(node, email, "reset-password");
  const confirmWith = (mailed: string) =>
    node.mutate("auth.account.confirmEmail", { token: mailed }, { token });
  expect(reasonOf(await reset(confirm))).toBe("email_token_invalid");
  expect(reasonOf(await confirmWith(resetting))).toBe("email_token_invalid");
  expect((await node.me(token)).data).toMatchObject({ emailVerified: false });
  expect((await confirmWith(confirm)).data).toMatchObject({ emailVerified: true });
});

test("a refused password leaves the token good, and changes nothing", async () => {
  const email = "weak@example.test";
  await signUpVerified(node, email);
  await forgot(email);
  const token = await mailedToken(node, email, "reset-password");
  const refused = await reset(token, "weakexample weak 1234");
  expect(refused.error?.data).toMatchObject({
    reason: "password_refused",
    passwordFault: "context",
  });
  expect(await loginStatus(email, testPassword)).toBe(200);
  expect((await reset(token)).status).toBe(200);
});

test("PRE-01 a reset of an unverified account gives it to the reader of the mailbox", async () => {
  const email = "squatted@example.test";
  await node.register(email, "the attacker's own choice");
  const squatter = await node.login(email, "the attacker's own choice");
  await forgot(email);
  const token = await mailedToken(node, email, "reset-password");
  expect((await reset(token)).status).toBe(200);
  expect(reasonOf(await node.me(squatter.accessToken))).toBe("token_revoked");
  expect((await node.login(email, newPassword)).user.emailVerified).toBe(true);
});

test("V6.5.2 no token that was mailed is anywhere in Postgres", async () => {
  const email = "canary@example.test";
  await signUpVerified(node, email);
  await forgot(email);
  const token = await mailedToken(node, email, "reset-password");
  const [, secret = ""] = token.split(".");
  const dump = await dumpTables(node);
  expect(dump).toContain(token.split(".")[0]);
  expect(dump).not.toContain(secret);
  expect(dump).not.toContain(Buffer.from(secret, "base64url").toString("hex"));
});

async function dumpTables({ database }: TestNode): Promise<string> {
  const rows = await Promise.all(
    (["user", "session", "refresh_token", "registration", "email_token", "mail"] as const).map(
      (table) => database.selectFrom(`portcullis.${table}`).selectAll().execute(),
    ),
  );
  return JSON.stringify(rows, (_, value: unknown) =>
    isBufferJson(value) ? Buffer.from(value.data).toString("hex") : value,
  );
}

function isBufferJson(value: unknown): value is { data: number[] } {
  return typeof value === "object" && value !== null && "type" in value && value.type === "Buffer";
}
