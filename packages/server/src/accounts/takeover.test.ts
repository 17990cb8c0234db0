import { expect, test } from "vitest";
import { untilLockWaits } from "../../test/lock-waits.ts";
import {
  mailedToken,
  reasonOf,
  signUpVerified,
  startWorld,
  testPassword,
} from "../../test/start-auth.ts";
import type { TestNode } from "../../test/start-auth.ts";
import { insertSignedIn } from "../../test/valid-calls.ts";

/** The tokens of all mails of registrations, once there are as many as expected. */
async function verificationTokens(node: TestNode, email: string, count: number): Promise<string[]> {
  const read = (): string[] =>
    node.outbox
      .mails()
      .filter(({ to, text }) => to.address === email && text.includes("verify-email"))
      .map(({ text }) => decodeURIComponent(/#token=(\S+)/.exec(text)?.[1] ?? ""));
  await expect.poll(() => read().length).toBe(count);
  return read();
}

/** Registers an email that has an account, with another password. Gives the id and token of it. */
async function registerAgain(node: TestNode, email: string, password: string) {
  await node.register(email, password);
  const tokens = await verificationTokens(node, email, 2);
  const { id } = await node.database
    .selectFrom("portcullis.registration")
    .select("id")
    .where("user_id", "is", null)
    .executeTakeFirstOrThrow();
  const token = tokens.find((one) => one.startsWith(id)) ?? "";
  return { id, token };
}

test("V7.4.2 a banned user does not come back by registering again", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const admin = await insertSignedIn(node, "admin");
  const email = "eve@example.test";
  const password = "another password of eve";
  const { user } = await node.signUp(email);
  const banned = await node.mutate(
    "auth.admin.users.ban",
    { userId: user.id, reason: "Spam" },
    { token: admin.tokens.accessToken },
  );
  expect(banned.status).toBe(200);

  expect((await node.register(email, password)).status).toBe(200);
  for (const token of await verificationTokens(node, email, 2)) {
    const verified = await node.mutate("auth.verifyEmail", { token, password });
    expect(verified.status).not.toBe(200);
  }

  const login = await node.mutate("auth.login", { email, password });
  expect(reasonOf(login)).toBe("invalid_credentials");
  const users = node.database.selectFrom("portcullis.user").select("id");
  expect(await users.where("id", "=", user.id).execute()).toHaveLength(1);
});

test("V2.3.4 of two links of one address at once, one is taken", async () => {
  await using world = await startWorld({
    auth: { accounts: { requireVerifiedEmail: true }, passwords: { concurrency: 4 } },
  });
  const [node] = world.nodes;
  for (let round = 0; round < 12; round += 1) {
    const email = `twins${round}@example.test`;
    await node.register(email);
    await node.register(email);
    const tokens = await verificationTokens(node, email, 2);
    const answers = await Promise.all(
      tokens.map((token) => node.mutate("auth.verifyEmail", { token, password: testPassword })),
    );
    // Each would wait for the other's registration, if they were not taken in one order.
    const outcomes = answers.map((answer) => reasonOf(answer) ?? "verified");
    expect(outcomes.toSorted()).toEqual(["email_token_invalid", "verified"]);
  }
});

test("FP-4 an unverified address is not filled with mails about logins", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const email = "victim@example.test";
  await node.register(email);
  for (let device = 0; device < 15; device += 1) {
    const headers = { "user-agent": `Bot/${device}` };
    const login = await node.mutate("auth.login", { email, password: testPassword }, { headers });
    expect(login.status).toBe(200);
  }
  await node.auth.stop();
  const waiting = await node.database.selectFrom("portcullis.mail").select("kind").execute();
  const sent = node.outbox.mails().filter(({ to }) => to.address === email);
  // The registration's.
  expect(sent.length + waiting.length).toBe(1);
});

test("PRE-01 an account that was verified meanwhile is not deleted by the link of another registration", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const email = "owner@example.test";
  const newEmail = "elsewhere@example.test";
  const password = "the second registration";
  const { accessToken } = await node.signUp(email);
  const second = await registerAgain(node, email, password);
  const options = { token: accessToken };
  await node.mutate("auth.account.changeEmail", { email: newEmail }, options);
  const confirmation = await mailedToken(node, newEmail, "confirm-email");

  const verifying = await node.database.transaction().execute(async (transaction) => {
    await transaction
      .selectFrom("portcullis.registration")
      .select("id")
      .where("id", "=", second.id)
      .forUpdate()
      .execute();
    const answer = node.mutate("auth.verifyEmail", { token: second.token, password });
    await untilLockWaits(node, 1);
    const input = { token: confirmation };
    const confirmed = await node.mutate("auth.account.confirmEmail", input, options);
    expect(confirmed.status).toBe(200);
    return { answer };
  });
  await verifying.answer;

  expect((await node.me(accessToken)).status).toBe(200);
});

test("PRE-01 who squats an address cannot take the owner's registration away", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const email = "squat@example.test";
  const password = "the owner's own choice";
  const squatter = await node.signUp(email);
  const { token } = await registerAgain(node, email, password);
  await node.mutate("auth.account.remove", undefined, { token: squatter.accessToken });
  expect((await node.mutate("auth.verifyEmail", { token, password })).status).toBe(200);
});

test("V6.5.2 the id of a mailed token opens nothing without its secret", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const email = "half@example.test";
  const newEmail = "to@example.test";
  const options = { token: (await signUpVerified(node, email)).accessToken };
  const forged = (token: string): string => `${token.split(".")[0]}.${"A".repeat(43)}`;

  await node.register("pending@example.test");
  const verification = forged(await mailedToken(node, "pending@example.test", "verify-email"));
  const registration = { token: verification, password: testPassword };
  const verified = await node.mutate("auth.verifyEmail", registration);
  expect(reasonOf(verified)).toBe("email_token_invalid");

  await node.mutate("auth.account.changeEmail", { email: newEmail }, options);
  const confirmation = forged(await mailedToken(node, newEmail, "confirm-email"));
  const confirmed = await node.mutate(
    "auth.account.confirmEmail",
    { token: confirmation },
    options,
  );
  expect(reasonOf(confirmed)).toBe("email_token_invalid");

  await node.mutate("auth.forgotPassword", { email });
  const reset = forged(await mailedToken(node, email, "reset-password"));
  const input = { token: reset, newPassword: "an entirely new password" };
  expect(reasonOf(await node.mutate("auth.resetPassword", input))).toBe("email_token_invalid");
  expect((await node.login(email)).user.email).toBe(email);
});
