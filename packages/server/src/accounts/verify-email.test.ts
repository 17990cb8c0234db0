import { afterAll, beforeAll, expect, test } from "vitest";
import {
  mailedToken,
  reasonOf,
  signUpVerified,
  startWorld,
  testPassword,
} from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld({ auth: { accounts: { requireVerifiedEmail: true } } });
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const verify = (token: string, password = testPassword) =>
  node.mutate("auth.verifyEmail", { token, password });
const login = (email: string, password = testPassword) =>
  node.mutate("auth.login", { email, password });
const usersOf = (email: string) =>
  node.database
    .selectFrom("portcullis.user")
    .select(["id", "name", "email_verified_at"])
    .where("email", "=", email)
    .execute();

test("an account opens once its mail has been read, and not before", async () => {
  const email = "new@example.test";
  await node.register(email);
  expect(reasonOf(await login(email))).toBe("invalid_credentials");
  expect(await usersOf(email)).toEqual([]);

  const token = await mailedToken(node, email, "verify-email");
  const answer = await verify(token);
  expect(answer.data).toEqual({ verified: true });
  expect(answer.headers.has("set-cookie")).toBe(false);
  const { user } = await node.login(email);
  expect(user).toMatchObject({ email, name: "Ada", emailVerified: true });
});

test("V6.4.1 a token of a registration is good once, and for a day", async () => {
  await node.register("once@example.test");
  const token = await mailedToken(node, "once@example.test", "verify-email");
  expect(Buffer.from(token.split(".")[1] ?? "", "base64url")).toHaveLength(32);
  expect((await verify(token)).status).toBe(200);
  expect(reasonOf(await verify(token))).toBe("email_token_invalid");

  await node.register("late@example.test");
  const late = await mailedToken(node, "late@example.test", "verify-email");
  world.clock.nowMs += 24 * 3_600_000;
  expect(reasonOf(await verify(late))).toBe("email_token_invalid");
});

test("V2.3.4 a hundred uses at once of one token make one account", async () => {
  await using own = await startWorld({
    auth: { accounts: { requireVerifiedEmail: true }, passwords: { queueMax: 200 } },
  });
  const [wide] = own.nodes;
  await wide.register("race@example.test");
  const token = await mailedToken(wide, "race@example.test", "verify-email");
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      wide.mutate("auth.verifyEmail", { token, password: testPassword }),
    ),
  );
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  const rows = await wide.database.selectFrom("portcullis.user").select("email").execute();
  expect(rows).toEqual([{ email: "race@example.test" }]);
});

test("PRE-01 who registers in another's name does not get in when the owner registers too", async () => {
  const email = "victim@example.test";
  const attackers = "the attacker's own choice";
  await node.register(email, attackers);
  const first = await mailedToken(node, email, "verify-email");
  await node.register(email, testPassword);
  const second = await node.outbox
    .waitFor(({ to, text }) => to.address === email && !text.includes(first))
    .then(({ text }) => decodeURIComponent(/#token=(\S+)/.exec(text)?.[1] ?? ""));

  expect((await verify(second)).status).toBe(200);
  expect(reasonOf(await login(email, attackers))).toBe("invalid_credentials");
  expect((await login(email)).status).toBe(200);
  // The first registration is over as well: its link cannot change the account any more.
  expect(reasonOf(await verify(first, attackers))).toBe("email_token_invalid");
});

test("PRE-01 an owner who follows the link of somebody else's registration opens nothing", async () => {
  const email = "clicker@example.test";
  await node.register(email, "the attacker's own choice");
  const token = await mailedToken(node, email, "verify-email");
  expect(reasonOf(await verify(token, testPassword))).toBe("invalid_credentials");
  expect(await usersOf(email)).toEqual([]);
});

test("PRE-01 where unverified users may sign in, theirs goes when the owner of the address comes", async () => {
  await using own = await startWorld();
  const [open] = own.nodes;
  const email = "squatted@example.test";
  const attackers = "the attacker's own choice";
  await open.register(email, attackers);
  const squatter = await open.login(email, attackers);
  expect(squatter.user.emailVerified).toBe(false);

  await open.mutate("auth.register", { email, password: testPassword, name: "Owner" });
  const mails = await open.outbox.waitFor(
    ({ to, text }) => to.address === email && text.includes("#token="),
  );
  expect(mails).toBeDefined();
  // Two mails may be there: the owner's is the one that goes with the owner's password.
  const tokens = new Set<string>();
  await open.outbox.waitFor(({ text }) => {
    tokens.add(decodeURIComponent(/#token=(\S+)/.exec(text)?.[1] ?? ""));
    return tokens.size === 2;
  });
  const statuses = [];
  for (const token of tokens) {
    const answer = await open.mutate("auth.verifyEmail", { token, password: testPassword });
    statuses.push(answer.status);
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);

  expect(reasonOf(await open.me(squatter.accessToken))).toBe("token_revoked");
  expect(reasonOf(await open.refresh(squatter.refreshToken))).toBe("refresh_token_invalid");
  const old = await open.mutate("auth.login", { email, password: attackers });
  expect(reasonOf(old)).toBe("invalid_credentials");
  const { user } = await open.login(email);
  expect(user).toMatchObject({ name: "Owner", emailVerified: true });
  expect(user.id).not.toBe(squatter.user.id);
  const deletions = await open.database
    .selectFrom("portcullis.audit_event")
    .select(["actor_id", "user_id"])
    .where("kind", "=", "account_deleted")
    .execute();
  expect(deletions).toEqual([{ actor_id: null, user_id: squatter.user.id }]);
});

test("where unverified users may sign in, verifying keeps the account and its sessions", async () => {
  await using own = await startWorld();
  const [open] = own.nodes;
  const tokens = await open.signUp("honest@example.test");
  const token = await mailedToken(open, "honest@example.test", "verify-email");
  await open.mutate("auth.verifyEmail", { token, password: testPassword });
  const me = await open.me(tokens.accessToken);
  expect(me.data).toEqual({ ...tokens.user, emailVerified: true });
});

test("EN-02 the owner of an account is told that somebody registered with their address", async () => {
  const { user } = await signUpVerified(node, "owner@example.test");
  await node.register("owner@example.test", "the attacker's own choice");
  const mail = await node.outbox.waitFor(
    ({ to, text }) => to.address === "owner@example.test" && !text.includes("verify-email"),
  );
  expect(mail.text).not.toContain("#token=");
  expect((await usersOf("owner@example.test"))[0]?.id).toBe(user.id);
});

test.each(["", "x", "..", `${"0".repeat(36)}.x`, `${crypto.randomUUID()}.${"A".repeat(43)}`])(
  "V2.3.1 %j verifies nothing",
  async (token) => {
    expect(reasonOf(await verify(token))).toBe("email_token_invalid");
  },
);

test("V6.6.2 tokens of other mails and sessions verify no email", async () => {
  const tokens = await signUpVerified(node, "other@example.test");
  await node.mutate("auth.forgotPassword", { email: "other@example.test" });
  const reset = await mailedToken(node, "other@example.test", "reset-password");
  for (const token of [reset, tokens.refreshToken, tokens.accessToken.slice(0, 200)]) {
    expect(reasonOf(await verify(token))).toBe("email_token_invalid");
  }
});
