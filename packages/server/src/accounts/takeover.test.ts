import { sql } from "kysely";
import { expect, test } from "vitest";
import {
  mailedToken,
  reasonOf,
  signUpVerified,
  startWorld,
  testPassword,
} from "../../test/start-auth.ts";
import type { TestNode } from "../../test/start-auth.ts";
import { insertSignedIn } from "../../test/valid-calls.ts";

const waiting = async (node: TestNode) =>
  (
    await sql<{
      n: number;
    }>`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      node.database,
    )
  ).rows[0]?.n;
const linkTokens = (node: TestNode, email: string, page: string) =>
  node.outbox
    .mails()
    .filter(({ to, text }) => to.address === email && text.includes(page))
    .map(({ text }) => decodeURIComponent(/#token=(\S+)/.exec(text)?.[1] ?? ""));

test("V7.4.2 a banned user does not come back by registering again", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const admin = await insertSignedIn(node, "admin");
  const email = "eve@example.test";
  const tokens = await node.signUp(email);
  const banned = await node.mutate(
    "auth.admin.users.ban",
    { userId: tokens.user.id, reason: "Spam" },
    { token: admin.tokens.accessToken },
  );
  expect(banned.status).toBe(200);
  expect((await node.register(email, "another password of eve")).status).toBe(200);
  await expect.poll(() => linkTokens(node, email, "verify-email").length).toBe(2);
  for (const token of linkTokens(node, email, "verify-email")) {
    await node.mutate("auth.verifyEmail", { token, password: "another password of eve" });
  }
  const login = await node.mutate("auth.login", { email, password: "another password of eve" });
  const kinds = (
    await node.database
      .selectFrom("portcullis.audit_event")
      .select("kind")
      .where("user_id", "=", tokens.user.id)
      .execute()
  ).map((r) => r.kind);
  const still = await node.database
    .selectFrom("portcullis.user")
    .select("id")
    .where("id", "=", tokens.user.id)
    .execute();
  expect({
    login: reasonOf(login) ?? login.status,
    bannedRowKept: still.length,
    deletionAudited: still.length === 1 || kinds.includes("account_deleted"),
  }).toEqual({ login: "invalid_credentials", bannedRowKept: 1, deletionAudited: true });
});

test("V2.3.4 two links of one address at once: one is taken, and neither waits for the other", async () => {
  await using world = await startWorld({
    auth: { accounts: { requireVerifiedEmail: true }, passwords: { concurrency: 4 } },
  });
  const [node] = world.nodes;
  for (let round = 0; round < 12; round += 1) {
    const email = `twins${round}@example.test`;
    await node.register(email);
    await node.register(email);
    await expect.poll(() => linkTokens(node, email, "verify-email").length).toBe(2);
    await Promise.all(
      linkTokens(node, email, "verify-email").map((token) =>
        node.mutate("auth.verifyEmail", { token, password: testPassword }),
      ),
    );
  }
  await expect
    .poll(
      async () =>
        (
          await sql<{
            d: number;
          }>`select pg_stat_clear_snapshot(), deadlocks::int as d from pg_stat_database where datname = current_database()`.execute(
            node.database,
          )
        ).rows[0]?.d,
      { timeout: 3000 },
    )
    .toBe(0);
  const { rows } = await sql<{
    d: number;
  }>`select deadlocks::int as d from pg_stat_database where datname = current_database()`.execute(
    node.database,
  );
  const reasons = node.events.filter((e) => e.kind === "call_failed");
  expect([rows[0]?.d, reasons.length]).toEqual([0, 0]);
});

test("FP-4 an unverified address is not filled with mails about logins", async () => {
  await using world = await startWorld({ auth: { limits: { scale: 1 } } });
  const [node] = world.nodes;
  const email = "victim@example.test";
  await node.register(email);
  for (let i = 0; i < 15; i += 1) {
    const a = await node.mutate(
      "auth.login",
      { email, password: testPassword },
      { headers: { "user-agent": `Bot/${i}` } },
    );
    expect(a.status).toBe(200);
  }
  await node.auth.stop();
  const pending = await node.database.selectFrom("portcullis.mail").select("kind").execute();
  const sent = node.outbox.mails().filter(({ to }) => to.address === email).length;
  expect(sent + pending.length).toBeLessThanOrEqual(6);
});

test("PRE-01 an account that was verified meanwhile is not deleted by the link of another registration", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const email = "owner@example.test";
  const first = await node.signUp(email);
  await node.register(email, "the second registration");
  await expect.poll(() => linkTokens(node, email, "verify-email").length).toBe(2);
  const regs = await node.database
    .selectFrom("portcullis.registration")
    .select(["id", "user_id"])
    .execute();
  const second = regs.find((row) => row.user_id === null)?.id ?? "";
  const token = linkTokens(node, email, "verify-email").find((one) => one.startsWith(second)) ?? "";
  await node.mutate(
    "auth.account.changeEmail",
    { email: "elsewhere@example.test" },
    { token: first.accessToken },
  );
  const mailed = await mailedToken(node, "elsewhere@example.test", "confirm-email");
  const held = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const blocking = node.database.transaction().execute(async (t) => {
    await t
      .selectFrom("portcullis.registration")
      .select("id")
      .where("id", "=", second)
      .forUpdate()
      .execute();
    isHeld.resolve();
    await held.promise;
  });
  await isHeld.promise;
  const verifying = node.mutate("auth.verifyEmail", { token, password: "the second registration" });
  await expect.poll(() => waiting(node)).toBe(1);
  const confirmed = await node.mutate(
    "auth.account.confirmEmail",
    { token: mailed },
    { token: first.accessToken },
  );
  expect(confirmed.status).toBe(200);
  held.resolve();
  await blocking;
  await verifying;
  const me = await node.me(first.accessToken);
  expect([me.status, reasonOf(me)]).toEqual([200, undefined]);
});

test("PRE-01 who squats an address cannot take the owner's registration away", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const email = "squat@example.test";
  const squatter = await node.signUp(email);
  await node.register(email, "the owner's own choice");
  await expect.poll(() => linkTokens(node, email, "verify-email").length).toBe(2);
  const regs = await node.database
    .selectFrom("portcullis.registration")
    .select(["id", "user_id"])
    .execute();
  const owners = regs.find((row) => row.user_id === null)?.id ?? "";
  const token = linkTokens(node, email, "verify-email").find((one) => one.startsWith(owners)) ?? "";
  await node.mutate("auth.account.remove", undefined, { token: squatter.accessToken });
  const answer = await node.mutate("auth.verifyEmail", {
    token,
    password: "the owner's own choice",
  });
  expect(reasonOf(answer) ?? answer.status).toBe(200);
});

test("V6.5.2 the id of a mailed token opens nothing without its secret", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const email = "half@example.test";
  const { accessToken } = await signUpVerified(node, email);
  const forged = (token: string): string => `${token.split(".")[0]}.${"A".repeat(43)}`;

  await node.register("pending@example.test");
  const verify = forged(await mailedToken(node, "pending@example.test", "verify-email"));
  const verified = await node.mutate("auth.verifyEmail", { token: verify, password: testPassword });
  expect(reasonOf(verified)).toBe("email_token_invalid");

  await node.mutate(
    "auth.account.changeEmail",
    { email: "to@example.test" },
    { token: accessToken },
  );
  const confirm = forged(await mailedToken(node, "to@example.test", "confirm-email"));
  const options = { token: accessToken };
  const confirmed = await node.mutate("auth.account.confirmEmail", { token: confirm }, options);
  expect(reasonOf(confirmed)).toBe("email_token_invalid");

  await node.mutate("auth.forgotPassword", { email });
  const reset = forged(await mailedToken(node, email, "reset-password"));
  const input = { token: reset, newPassword: "an entirely new password" };
  expect(reasonOf(await node.mutate("auth.resetPassword", input))).toBe("email_token_invalid");
  expect((await node.login(email)).user.email).toBe(email);
});
