import { createMemoryStore, createWriteThroughCache } from "@portcullis/write-through";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createNode,
  reasonOf,
  startWorld,
  testPassword,
  testSecret,
} from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let here: TestNode;
let there: TestNode;

beforeAll(async () => {
  world = await startWorld({ nodes: 2 });
  const [first, second] = world.nodes;
  if (second === undefined) throw new RangeError("Two nodes were asked for");
  [here, there] = [first, second];
});
afterAll(() => world[Symbol.asyncDispose]());

const hourMs = 3_600_000;
const isoIn = (ms: number): string => new Date(world.clock.nowMs + ms).toISOString();

/** The audit log's entries on a user, oldest first. */
function auditOf(userId: string | null) {
  return here.database
    .selectFrom("portcullis.audit_event")
    .select(["kind", "actor_id", "address", "request_id", "details"])
    .where("user_id", userId === null ? "is" : "=", userId)
    .orderBy("id")
    .execute();
}

const byConsole = { actor_id: null, address: null, request_id: null };

describe("a ban from the console", () => {
  test("V7.4.2 holds on another node from its next call on, and is audited without an actor", async () => {
    const tokens = await there.signUp("eve@example.test");
    expect((await there.me(tokens.accessToken)).status).toBe(200);
    const outcome = await here.auth.console.banUser({
      email: "Eve@Example.test",
      reason: " Spam ",
      expiresAt: isoIn(hourMs),
    });
    const ban = { bannedAt: isoIn(0), reason: "Spam", expiresAt: isoIn(hourMs) };
    expect(outcome).toMatchObject({ kind: "banned", user: { id: tokens.user.id, ban } });
    expect(reasonOf(await there.me(tokens.accessToken))).toBe("token_revoked");
    expect(reasonOf(await there.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
    const details = { reason: "Spam", expiresAt: isoIn(hourMs) };
    expect((await auditOf(tokens.user.id)).at(-1)).toEqual({
      kind: "user_banned",
      ...byConsole,
      details,
    });
    expect(here.events.at(-1)).toMatchObject({ kind: "user_banned", userId: tokens.user.id });
  });

  test("V7.4.2 ends with an unban, and the tokens of before stay dead", async () => {
    const tokens = await there.signUp("mallory@example.test");
    await here.auth.console.banUser({ email: "mallory@example.test", reason: "Spam" });
    const outcome = await here.auth.console.unbanUser("mallory@example.test");
    expect(outcome).toMatchObject({ kind: "unbanned", user: { ban: null } });
    expect(reasonOf(await there.me(tokens.accessToken))).toBe("token_revoked");
    const again = await there.login("mallory@example.test");
    expect((await there.me(again.accessToken)).status).toBe(200);
    expect((await auditOf(tokens.user.id)).at(-2)).toMatchObject({ kind: "user_unbanned" });
  });

  test.each([
    ["an email that is none", { email: "eve", reason: "Spam" }, "email"],
    ["no reason", { email: "eve@example.test", reason: " " }, "reason"],
    [
      "an end in the past",
      { email: "eve@example.test", reason: "x", expiresAt: "2020-01-01T00:00:00Z" },
      "expiresAt",
    ],
    [
      "an end that is no time",
      { email: "eve@example.test", reason: "x", expiresAt: "soon" },
      "expiresAt",
    ],
  ])("is refused with %s, and what was given is not repeated", async (_what, input, path) => {
    const outcome = await here.auth.console.banUser(input);
    if (outcome.kind !== "input_invalid") throw new Error("It was taken");
    expect(new Set(outcome.issues.map((issue) => issue.path))).toEqual(new Set([path]));
    expect(JSON.stringify(outcome)).not.toContain("soon");
  });
});

test("V7.4.5 a logout from the console ends every session of the user on another node", async () => {
  const first = await there.signUp("ada@example.test");
  const second = await here.login("ada@example.test");
  const found = await here.auth.console.showUser("ADA@example.test");
  expect(found).toMatchObject({ kind: "found", user: { id: first.user.id }, liveSessions: 2 });
  const outcome = await here.auth.console.logOutUser("ada@example.test");
  expect(outcome).toMatchObject({ kind: "logged_out", user: { email: "ada@example.test" } });
  for (const { accessToken } of [first, second]) {
    expect(reasonOf(await there.me(accessToken))).toBe("token_revoked");
  }
  expect(await here.auth.console.showUser("ada@example.test")).toMatchObject({ liveSessions: 0 });
  const entry = (await auditOf(first.user.id)).at(-1);
  expect(entry).toMatchObject({ kind: "user_logged_out", details: { tokenVersion: 2 } });
});

test("nobody is found under an email that nobody has, or that is none", async () => {
  const { console } = here.auth;
  for (const email of ["nobody@example.test", "nobody", "", "x".repeat(100_000)]) {
    expect(await console.showUser(email)).toEqual({ kind: "not_found" });
    expect(await console.unbanUser(email)).toEqual({ kind: "not_found" });
    expect(await console.logOutUser(email)).toEqual({ kind: "not_found" });
  }
  const banned = await console.banUser({ email: "nobody@example.test", reason: "Spam" });
  expect(banned).toEqual({ kind: "not_found" });
});

describe("an admin from the console", () => {
  test("V6.3.2 is the first one there is, and signs in with the password given", async () => {
    const admins = await here.database
      .selectFrom("portcullis.user")
      .select("id")
      .where("role", "=", "admin")
      .execute();
    expect(admins).toEqual([]);
    const outcome = await here.auth.console.createAdmin({
      email: "Root@Example.test",
      name: "Root",
      password: testPassword,
    });
    expect(outcome).toMatchObject({ kind: "created" });
    const tokens = await there.login("root@example.test");
    expect(tokens.user).toMatchObject({ role: "admin", emailVerified: true });
  });

  test("V6.2.4 needs a password that is not easy to guess", async () => {
    const admin = { email: "boss@example.test", name: "Boss" };
    const common = await here.auth.console.createAdmin({ ...admin, password: "passwordpassword" });
    expect(common).toEqual({ kind: "password_refused", why: "common" });
    const short = await here.auth.console.createAdmin({ ...admin, password: "hunter2" });
    expect(short).toMatchObject({ kind: "input_invalid", issues: [{ path: "password" }] });
    expect(JSON.stringify(short)).not.toContain("hunter2");
    expect(await here.auth.console.showUser(admin.email)).toEqual({ kind: "not_found" });
  });
});

test("the console says which secret opens the signing keys, and changes nothing", async () => {
  const stored = () => here.database.selectFrom("portcullis.signing_key").selectAll().execute();
  const before = await stored();
  const newSecret = "another secret of the tests, 32 bytes or more";
  const opensWith = (secret: string | readonly string[]) => {
    const cache = createWriteThroughCache({ database: here.database, store: createMemoryStore() });
    const { auth } = createNode(here.database, cache, world.clock, { secret });
    return auth.console.checkSigningKeys();
  };
  const kid = before[0]?.kid;
  expect(await opensWith(testSecret)).toEqual([{ kid, opensWith: "newest_secret" }]);
  expect(await opensWith([newSecret, testSecret])).toEqual([{ kid, opensWith: "older_secret" }]);
  expect(await opensWith(newSecret)).toEqual([{ kid, opensWith: "no_secret" }]);
  expect(await stored()).toEqual(before);
});

test("RT-13 all tokens are refused on another node once the console has revoked them", async () => {
  await using own = await startWorld({ nodes: 2 });
  const [first, second = first] = own.nodes;
  const ada = await first.signUp("ada@example.test");
  expect((await second.me(ada.accessToken)).status).toBe(200);
  expect(await first.auth.console.revokeAllTokens()).toEqual({ tokenEpoch: 2 });
  expect(reasonOf(await second.me(ada.accessToken))).toBe("token_revoked");
  expect(reasonOf(await first.refresh(ada.refreshToken))).toBe("refresh_token_invalid");
});
