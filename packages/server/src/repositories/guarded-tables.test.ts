import type { Updateable } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimsOf, startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";
import type { SessionTable, UserTable } from "./tables.ts";

let world: TestWorld;
let node: TestNode;
let userId: string;
let sessionId: string;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
  const { accessToken } = await node.signUp("guarded@example.test");
  ({ sub: userId, sid: sessionId } = claimsOf(accessToken));
});
afterAll(() => world[Symbol.asyncDispose]());

const undeclared = { code: "PC001" };

const changeUser = (change: Updateable<UserTable>): Promise<unknown> =>
  node.database.updateTable("portcullis.user").set(change).where("id", "=", userId).execute();

const changeSession = (change: Updateable<SessionTable>): Promise<unknown> =>
  node.database.updateTable("portcullis.session").set(change).where("id", "=", sessionId).execute();

test.each<Updateable<UserTable>>([
  { email: "other@example.test" },
  { name: "Other" },
  { role: "admin" },
  { token_version: 2 },
  { banned_at: new Date(0) },
  { ban_expires_at: new Date(0) },
  { email_verified_at: new Date(0) },
])("SQL outside of the cache may not change of a user %j", async (change) => {
  await expect(changeUser(change)).rejects.toMatchObject(undeclared);
});

test.each<Updateable<SessionTable>>([
  { expires_at: new Date(0) },
  { revoked_at: new Date(0) },
  { authenticated_at: new Date(0) },
])("SQL outside of the cache may not change of a session %j", async (change) => {
  await expect(changeSession(change)).rejects.toMatchObject(undeclared);
});

test("SQL outside of the cache may change what is not cached", async () => {
  await changeUser({ password_hash: "$another" });
  await changeUser({ ban_reason: "spam" });
  await changeSession({ user_agent: "another" });
  await changeSession({ last_used_at: new Date(0) });
  const { database } = node;
  const user = database.selectFrom("portcullis.user").select("password_hash");
  expect(await user.executeTakeFirst()).toEqual({ password_hash: "$another" });
});

test("SQL outside of the cache may not delete users or sessions", async () => {
  for (const table of ["portcullis.user", "portcullis.session"] as const) {
    const deletion = node.database.deleteFrom(table).execute();
    await expect(deletion).rejects.toMatchObject(undeclared);
  }
});

test("SQL outside of the cache may not change the realm", async () => {
  for (const change of [{ token_epoch: 2 }, { key_generation: 9 }]) {
    const changed = node.database.updateTable("portcullis.realm").set(change).execute();
    await expect(changed).rejects.toMatchObject(undeclared);
  }
});
