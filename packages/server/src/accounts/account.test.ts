import { afterAll, beforeAll, expect, test } from "vitest";
import { holdTransaction } from "../../test/held-transaction.ts";
import { untilLockWaits } from "../../test/lock-waits.ts";
import {
  claimsOf,
  mailedToken,
  reasonOf,
  signUpVerified,
  startWorld,
  testPassword,
} from "../../test/start-auth.ts";
import type { BodyTokenSet, TestNode, TestWorld } from "../../test/start-auth.ts";
import { insertSignedIn } from "../../test/valid-calls.ts";

const newPassword = "an entirely new password";
let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const changePassword = (token: string, currentPassword: string, password = newPassword) =>
  node.mutate("auth.account.changePassword", { currentPassword, newPassword: password }, { token });
const changeEmail = (token: string, email: string) =>
  node.mutate("auth.account.changeEmail", { email }, { token });
const confirmEmail = (token: string, mailed: string) =>
  node.mutate("auth.account.confirmEmail", { token: mailed }, { token });

test("V6.2.2 a user changes the password: the old one fails, the new one works", async () => {
  const email = "changer@example.test";
  const tokens = await signUpVerified(node, email);
  const other = await node.login(email);
  const answer = await changePassword(tokens.accessToken, testPassword);
  expect(answer.status).toBe(200);
  const fresh = answer.data as BodyTokenSet;

  // V7.4.3: all sessions end; the caller has a new one.
  for (const old of [tokens, other]) {
    expect(reasonOf(await node.me(old.accessToken))).toBe("token_revoked");
    expect(reasonOf(await node.refresh(old.refreshToken))).toBe("refresh_token_invalid");
  }
  expect((await node.me(fresh.accessToken)).status).toBe(200);
  expect((await node.refresh(fresh.refreshToken)).status).toBe(200);
  expect(claimsOf(fresh.accessToken).sid).not.toBe(claimsOf(tokens.accessToken).sid);
  const login = (password: string) => node.mutate("auth.login", { email, password });
  expect((await login(testPassword)).status).toBe(401);
  expect((await login(newPassword)).status).toBe(200);
  const told = await node.outbox.waitFor(
    ({ to, subject }) => to.address === email && /password/i.test(subject),
  );
  expect(told.text).not.toContain(newPassword);
});

test("V6.2.3 without the current password nothing changes and no session ends", async () => {
  const { accessToken } = await signUpVerified(node, "careful@example.test");
  expect(reasonOf(await changePassword(accessToken, "not the current one"))).toBe(
    "invalid_credentials",
  );
  const missing = await node.mutate(
    "auth.account.changePassword",
    { newPassword },
    { token: accessToken },
  );
  expect(reasonOf(missing)).toBe("input_invalid");
  expect((await node.me(accessToken)).status).toBe(200);
  expect((await node.login("careful@example.test")).user.email).toBe("careful@example.test");
});

test("V2.1.2 the new password is another one, and not made of what is known of the user", async () => {
  const { accessToken } = await signUpVerified(node, "consistent@example.test");
  expect(reasonOf(await changePassword(accessToken, testPassword, testPassword))).toBe(
    "input_invalid",
  );
  const refused = await changePassword(accessToken, testPassword, "consistent example 1");
  expect(reasonOf(refused)).toBe("password_refused");
  expect((await node.me(accessToken)).status).toBe(200);
});

test("V7.5.1 sensitive changes need the password within five minutes", async () => {
  const email = "step-up@example.test";
  const { accessToken } = await signUpVerified(node, email);
  world.clock.nowMs += 300_000;
  expect((await changeEmail(accessToken, "next@example.test")).status).toBe(200);
  world.clock.nowMs += 1;
  for (const call of [
    changeEmail(accessToken, "next@example.test"),
    node.mutate("auth.account.remove", undefined, { token: accessToken }),
  ]) {
    const answer = await call;
    expect(answer.status).toBe(403);
    expect(answer.error?.data).toMatchObject({
      reason: "insufficient_user_authentication",
      maxAgeSeconds: 300,
    });
  }

  const wrong = await node.mutate("auth.confirm", { password: "wrong" }, { token: accessToken });
  expect(reasonOf(wrong)).toBe("invalid_credentials");
  expect((await node.me(accessToken)).status).toBe(200);
  const answer = await node.mutate(
    "auth.confirm",
    { password: testPassword },
    { token: accessToken },
  );
  const confirmed = answer.data as BodyTokenSet;
  // V7.2.4: the session is another one, and the tokens before it are over.
  expect(claimsOf(confirmed.accessToken).sid).not.toBe(claimsOf(accessToken).sid);
  expect(reasonOf(await node.me(accessToken))).toBe("token_revoked");
  expect((await changeEmail(confirmed.accessToken, "next@example.test")).status).toBe(200);
});

test("V7.5.1 a refresh does not count as the password", async () => {
  const tokens = await signUpVerified(node, "refresher@example.test");
  world.clock.nowMs += 300_001;
  const refreshed = (await node.refresh(tokens.refreshToken)).data as BodyTokenSet;
  const answer = await changeEmail(refreshed.accessToken, "other@example.test");
  expect(reasonOf(answer)).toBe("insufficient_user_authentication");
});

test("PRE-02 the new address confirms, then it is the user's, and both are told", async () => {
  const { accessToken, user } = await signUpVerified(node, "old@example.test");
  await changeEmail(accessToken, "New@Example.test");
  expect((await node.me(accessToken)).data).toEqual(user);
  const mailed = await mailedToken(node, "new@example.test", "confirm-email");
  const answer = await confirmEmail(accessToken, mailed);
  expect(answer.data).toEqual({ ...user, email: "new@example.test" });
  expect((await node.me(accessToken)).data).toEqual(answer.data);
  for (const address of ["old@example.test", "new@example.test"]) {
    await node.outbox.waitFor(
      ({ to, text }) => to.address === address && !text.includes("#token="),
    );
  }
  expect((await node.login("new@example.test")).user.id).toBe(user.id);
  const old = await node.mutate("auth.login", {
    email: "old@example.test",
    password: testPassword,
  });
  expect(reasonOf(old)).toBe("invalid_credentials");
  expect(reasonOf(await confirmEmail(accessToken, mailed))).toBe("email_token_invalid");
});

test("PRE-02 the token works for the user who asked only, for an hour, and not for a taken address", async () => {
  const ada = await signUpVerified(node, "ada.l@example.test");
  const eve = await signUpVerified(node, "eve@example.test");
  await changeEmail(ada.accessToken, "shared@example.test");
  const adas = await mailedToken(node, "shared@example.test", "confirm-email");
  // Signed in as somebody else: the owner of the mailbox does not lend it to a stranger.
  expect(reasonOf(await confirmEmail(eve.accessToken, adas))).toBe("email_token_invalid");

  await changeEmail(eve.accessToken, "shared@example.test");
  const mail = await node.outbox.waitFor(
    ({ to, text }) => to.address === "shared@example.test" && !text.includes(adas),
  );
  const eves = /#token=(\S+)/.exec(mail.text)?.[1] ?? "";
  const outcomes = await Promise.all([
    confirmEmail(ada.accessToken, adas),
    confirmEmail(eve.accessToken, eves),
  ]);
  expect(outcomes.map((answer) => reasonOf(answer) ?? "changed").toSorted()).toEqual([
    "changed",
    "email_token_invalid",
  ]);

  await changeEmail(ada.accessToken, "late@example.test");
  const late = await mailedToken(node, "late@example.test", "confirm-email");
  world.clock.nowMs += 3_600_000;
  const again = await node.login(
    outcomes[0]?.status === 200 ? "shared@example.test" : "ada.l@example.test",
  );
  expect(reasonOf(await confirmEmail(again.accessToken, late))).toBe("email_token_invalid");
});

test("V2.3.4 of two uses at once of one confirmation, one changes the email", async () => {
  const { id, tokens } = await insertSignedIn(node);
  const email = `next@${id}.test`;
  await changeEmail(tokens.accessToken, email);
  const mailed = await mailedToken(node, email, "confirm-email");
  await using user = await holdTransaction(
    (work) => node.database.transaction().execute(work),
    (transaction) =>
      transaction
        .selectFrom("portcullis.user")
        .select("id")
        .where("id", "=", id)
        .forUpdate()
        .execute(),
  );
  // Both have found the token when they wait for the user.
  const uses = [confirmEmail(tokens.accessToken, mailed), confirmEmail(tokens.accessToken, mailed)];
  await untilLockWaits(node, 2);
  await user.commit();
  const answers = await Promise.all(uses);
  expect(answers.map((answer) => reasonOf(answer) ?? "changed").toSorted()).toEqual([
    "changed",
    "email_token_invalid",
  ]);
});

test("V7.4.1 a call whose session ends between its check and its write changes nothing", async () => {
  const { id, tokens } = await insertSignedIn(node);
  const { accessToken } = tokens;
  await changeEmail(accessToken, `next@${id}.test`);
  const mailed = await mailedToken(node, `next@${id}.test`, "confirm-email");
  const account = async (): Promise<unknown> => [
    await node.database.selectFrom("portcullis.user").selectAll().where("id", "=", id).execute(),
    await node.database
      .selectFrom("portcullis.email_token")
      .selectAll()
      .where("user_id", "=", id)
      .execute(),
    await node.database
      .selectFrom("portcullis.audit_event")
      .select("kind")
      .where("user_id", "=", id)
      .execute(),
  ];
  const before = await account();
  // Whoever ends the session has its row first; the calls, their check passed, wait for that.
  const { sid } = claimsOf(accessToken);
  await using logout = await holdTransaction(
    (work) => node.cache.write([{ table: "auth_session", id: sid }], work),
    (transaction) =>
      transaction
        .updateTable("portcullis.session")
        .set({ revoked_at: new Date(world.clock.nowMs) })
        .where("id", "=", sid)
        .execute(),
  );
  const own = (path: string, input?: object) =>
    node.mutate(`auth.${path}`, input, { token: accessToken });
  const calls = {
    changeEmail: changeEmail(accessToken, `other@${id}.test`),
    confirmEmail: confirmEmail(accessToken, mailed),
    rename: own("account.rename", { name: "Eve" }),
    remove: own("account.remove"),
    logoutEverywhere: own("logoutEverywhere"),
  };
  await untilLockWaits(node, Object.keys(calls).length);
  await logout.commit();
  for (const [name, call] of Object.entries(calls)) {
    expect([name, reasonOf(await call)]).toEqual([name, "token_revoked"]);
  }
  expect(await account()).toEqual(before);
});

test("XS-01 until an address is verified, no mail prints the name that somebody gave with it", async () => {
  const name = "Call Eve at once";
  const email = "prank@example.test";
  const next = "prankster@example.test";
  await node.mutate("auth.register", { email, password: testPassword, name });
  const { accessToken } = await node.login(email);
  const wanter = await insertSignedIn(node);
  const isTo = (address: string, words: string) =>
    node.outbox.waitFor(({ to, text }) => to.address === address && text.includes(words));

  await node.mutate("auth.forgotPassword", { email });
  await isTo(email, "/reset-password#");
  await changeEmail(wanter.tokens.accessToken, email);
  await isTo(email, "nothing was changed");
  await changeEmail(accessToken, next);
  await confirmEmail(accessToken, await mailedToken(node, next, "confirm-email"));
  await isTo(email, "Mails about the account go there");
  const texts = node.outbox.mails().filter(({ to }) => to.address === email);
  expect(texts.length).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify(texts)).not.toContain("Eve");
  // The new address is verified by that, and its owner may be greeted.
  expect((await isTo(next, "Mails about the account go there")).text).toContain(`Hello ${name},`);
});

test("EN-02 wanting an address that is taken gets the same answer, and its owner is told", async () => {
  await signUpVerified(node, "taken@example.test");
  const { accessToken } = await signUpVerified(node, "wanter@example.test");
  const free = await changeEmail(accessToken, "free@example.test");
  const taken = await changeEmail(accessToken, "taken@example.test");
  expect(taken.text).toBe(free.text);
  const mail = await node.outbox.waitFor(
    ({ to, text }) => to.address === "taken@example.test" && !text.includes("verify-email"),
  );
  expect(mail.text).not.toContain("#token=");
});

test("a user changes their name, and every answer has it from then on", async () => {
  const { accessToken, user } = await signUpVerified(node, "renamed@example.test");
  const answer = await node.mutate(
    "auth.account.rename",
    { name: " Zoë " },
    { token: accessToken },
  );
  expect(answer.data).toEqual({ ...user, name: "Zoë" });
  expect((await node.me(accessToken)).data).toEqual(answer.data);
});

test("RT-14 a deleted account is gone, and one made anew does not take its tokens", async () => {
  const email = "deleted@example.test";
  const tokens = await signUpVerified(node, email);
  const other = await node.login(email);
  const answer = await node.mutate("auth.account.remove", undefined, { token: tokens.accessToken });
  expect(answer.data).toEqual({ userId: tokens.user.id });
  for (const old of [tokens, other]) {
    expect(reasonOf(await node.me(old.accessToken))).toBe("token_revoked");
    expect(reasonOf(await node.refresh(old.refreshToken))).toBe("refresh_token_invalid");
  }
  const login = await node.mutate("auth.login", { email, password: testPassword });
  expect(reasonOf(login)).toBe("invalid_credentials");

  await node.register(email);
  const fresh = await node.login(email);
  expect(fresh.user.id).not.toBe(tokens.user.id);
  for (const old of [tokens, other]) {
    expect(reasonOf(await node.me(old.accessToken))).toBe("token_revoked");
  }
});

test("V16.3.1 each change is in the audit log once, with who, from where, and how it ended", async () => {
  await using own = await startWorld();
  const [alone] = own.nodes;
  const from = { address: "198.51.100.7", headers: { "user-agent": "Test/1" } };
  const email = "audited@example.test";
  await alone.mutate("auth.register", { email, password: testPassword, name: "Ada" }, from);
  await alone.mutate("auth.login", { email, password: "wrong" }, from);
  const login = await alone.mutate("auth.login", { email, password: testPassword }, from);
  const { accessToken, user } = login.data as BodyTokenSet;
  await alone.mutate("auth.account.rename", { name: "Zoe" }, { token: accessToken, ...from });
  await alone.mutate("auth.logout", undefined, { token: accessToken, ...from });
  await alone.auth.stop();
  const rows = await alone.database
    .selectFrom("portcullis.audit_event")
    .selectAll()
    // The first signing key was made without one.
    .where("request_id", "is not", null)
    .orderBy("at")
    .orderBy("id")
    .execute();
  const seen = rows.map((row) => [row.kind, row.outcome, row.actor_id, row.user_id, row.details]);
  expect(seen).toHaveLength(5);
  expect(seen).toEqual(
    expect.arrayContaining([
      ["registration_accepted", "success", null, user.id, {}],
      ["login_failed", "refused", null, user.id, { cause: "wrong_password" }],
      ["login_succeeded", "success", null, user.id, {}],
      ["name_changed", "success", user.id, user.id, {}],
      ["session_revoked", "success", user.id, user.id, {}],
    ]),
  );
  for (const row of rows) {
    expect(row).toMatchObject({ address: "198.51.100.7", user_agent: "Test/1" });
    expect(row.request_id).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect(JSON.stringify(rows)).not.toContain(email);
});

test("V16.4.1 the audit log can only be added to, by its owner too", async () => {
  const table = "portcullis.audit_event";
  await signUpVerified(node, "logged@example.test");
  for (const change of [
    node.database.deleteFrom(table),
    node.database.updateTable(table).set({ kind: "nothing" }),
  ]) {
    await expect(change.execute()).rejects.toMatchObject({ code: "PC002" });
  }
});
