import { hash } from "@node-rs/argon2";
import type { Updateable } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { untilLockWaits } from "../../test/lock-waits.ts";
import { claimsOf, reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../../test/start-auth.ts";
import type { UserTable } from "../repositories/tables.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const login = (email: string, password: string): Promise<Answer> =>
  node.mutate("auth.login", { email, password });

/** The whole answer, but for the random name of the request. */
const wireForm = (answer: Answer): string =>
  JSON.stringify([
    answer.status,
    [...answer.headers],
    answer.text.replace(answer.error?.data.requestId ?? "none", "id"),
  ]);

test("EN-01 unknown email, wrong password and banned user get the same bytes", async () => {
  await node.register("known@example.test");
  const { user } = await node.signUp("banned@example.test");
  await changeUser(user.id, { banned_at: new Date(world.clock.nowMs) });
  const answers = [
    await login("unknown@example.test", testPassword),
    await login("known@example.test", `${testPassword}!`),
    await login("banned@example.test", testPassword),
    await login("banned@example.test", `${testPassword}!`),
  ];
  expect(new Set(answers.map(wireForm)).size).toBe(1);
  expect(answers.map(reasonOf)).toEqual(answers.map(() => "invalid_credentials"));
  const causes = node.events.flatMap((event) =>
    event.kind === "login_failed" ? event.details.cause : [],
  );
  expect(causes).toEqual(["unknown_email", "wrong_password", "banned", "wrong_password"]);
});

test("V6.2.8 the password counts as it was given: blanks, case and every character", async () => {
  const password = "  Grüße aus dem Schloß der 1000 Träume  ".padEnd(80, "x");
  await node.register("exact@example.test", password);
  for (const wrong of [
    password.trim(),
    ` ${password}`,
    password.toLowerCase(),
    password.slice(0, 72),
    password.slice(0, -1),
    `${password}x`,
    "x",
  ]) {
    expect(reasonOf(await login("exact@example.test", wrong))).toBe("invalid_credentials");
  }
  expect((await login("exact@example.test", password)).status).toBe(200);
});

test("PW-01 one password in two Unicode forms is one password", async () => {
  const password = "Ünïcödé pässwörter";
  await node.register("nfc@example.test", password.normalize("NFD"));
  for (const form of ["NFC", "NFD"] as const) {
    expect((await login("nfc@example.test", password.normalize(form))).status).toBe(200);
  }
});

test("V7.2.2 every login makes a session and tokens of its own", async () => {
  const first = await node.signUp("again@example.test");
  const second = await node.login("again@example.test");
  const [one, two] = [claimsOf(first.accessToken), claimsOf(second.accessToken)];
  expect(one.sid).not.toBe(two.sid);
  expect(one["jti"]).not.toBe(two["jti"]);
  expect(first.refreshToken).not.toBe(second.refreshToken);
});

test("V6.3.2 a fresh installation has no accounts", async () => {
  await using own = await startWorld();
  const rows = await own.nodes[0].database.selectFrom("portcullis.user").selectAll().execute();
  expect(rows).toEqual([]);
});

test("API-10 more logins at once than the queue takes are told to wait", async () => {
  await using own = await startWorld({ auth: { passwords: { concurrency: 1, queueMax: 4 } } });
  const [small] = own.nodes;
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      small.mutate("auth.login", { email: `n${index}@example.test`, password: testPassword }),
    ),
  );
  const reasons = answers.map(reasonOf);
  expect(new Set(reasons)).toEqual(new Set(["overloaded", "invalid_credentials"]));
  const refused = answers.find((answer) => reasonOf(answer) === "overloaded");
  expect(refused?.status).toBe(429);
  // It recovers: nothing of the crowd stays in the queue.
  const later = await small.mutate("auth.login", {
    email: "later@example.test",
    password: testPassword,
  });
  expect(reasonOf(later)).toBe("invalid_credentials");
});

test("PW-02 a stored hash of absurd cost is not computed", async () => {
  const { user } = await node.signUp("poisoned@example.test");
  await node.database
    .updateTable("portcullis.user")
    .set({
      password_hash: `$argon2id$v=19$m=4194304,t=1000000,p=1$${"A".repeat(22)}$${"A".repeat(43)}`,
    })
    .where("id", "=", user.id)
    .execute();
  const answer = await login("poisoned@example.test", testPassword);
  expect(answer.status).toBe(500);
  expect(answer.error?.message).toBe("Internal error");
});

test("V1.2.4 hostile strings in every field are refused or harmless, never a 500", async () => {
  const hostile = [
    "' or 1=1 --",
    "'; drop table portcullis.user; --",
    "\0",
    "\ud800",
    "\u202e",
    "{{7*7}}",
    "x".repeat(1_000_000),
    "[".repeat(10_000),
    "",
    " ",
    1e308,
    null,
    [],
    {},
    ["a@example.test"],
  ];
  for (const value of hostile) {
    for (const input of [
      { email: value, password: testPassword },
      { email: "known@example.test", password: value },
    ]) {
      const answer = await node.mutate("auth.login", input);
      expect(["input_invalid", "invalid_credentials"]).toContain(reasonOf(answer));
    }
    const refreshed = await node.mutate("auth.refresh", { refreshToken: value });
    expect(["input_invalid", "refresh_token_invalid"]).toContain(reasonOf(refreshed));
  }
});

test.each([
  ["a ban", { banned_at: new Date() }, "banned"],
  ["a new password", "another password than it was", "wrong_password"],
])("V7.4.2 %s that commits while the password is compared wins", async (what, to, cause) => {
  const email = `${what.replaceAll(" ", "-")}@example.test`;
  const { user } = await node.signUp(email);
  const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
  const change = typeof to === "string" ? { password_hash: await hash(to, cost) } : to;
  const changed = Promise.withResolvers<void>();
  const committing = Promise.withResolvers<void>();
  const changing = changeUser(user.id, change, async () => {
    changed.resolve();
    await committing.promise;
  });
  await changed.promise;
  const answer = login(email, testPassword);
  // The login has compared the old hash and waits for the row.
  await untilLockWaits(node, 1);
  committing.resolve();
  await changing;
  expect(reasonOf(await answer)).toBe("invalid_credentials");
  expect(node.events.at(-1)).toMatchObject({ kind: "login_failed", details: { cause } });
});

/** Changes a user as the library would, through the cache. */
async function changeUser(
  id: string,
  change: Updateable<UserTable>,
  beforeCommit?: () => Promise<void>,
): Promise<void> {
  await node.cache.write([{ table: "auth_user", id }], async (transaction) => {
    await transaction.updateTable("portcullis.user").set(change).where("id", "=", id).execute();
    await beforeCommit?.();
  });
}
