import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

const dayMs = 86_400_000;

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

async function countOf(table: "session" | "registration" | "audit_event"): Promise<number> {
  const { count } = await node.database
    .selectFrom(`portcullis.${table}`)
    .select((eb) => eb.fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

test("V14.2.7 all that is due goes in one round, however much it is", async () => {
  const old = new Date(world.clock.nowMs - 400 * dayMs);
  // More than a hundred batches.
  const sessions = 3300;
  const events = 2500;
  await sql`
    insert into portcullis.session
      (id, user_id, token_version, token_epoch, created_at, last_used_at, authenticated_at,
       expires_at)
    select gen_random_uuid(), ${randomUUID()}, 1, 1, ${old}, ${old}, ${old}, ${old}
    from generate_series(1, ${sessions}::int)`.execute(node.database);
  await sql`
    insert into portcullis.audit_event (at, kind, outcome, details)
    select ${old}, 'name_changed', 'success', '{}' from generate_series(1, ${events}::int)`.execute(
    node.database,
  );
  await sql`
    insert into portcullis.registration (id, email, name, password_hash, created_at, expires_at)
    select gen_random_uuid(), 'ada@example.test', 'Ada', 'x', ${old}, ${old}
    from generate_series(1, ${events}::int)`.execute(node.database);
  await node.signUp("stays@example.test");
  expect(await countOf("session")).toBe(sessions + 1);

  await node.auth.purge();
  expect(node.events.filter(({ kind }) => kind === "purge_failed")).toEqual([]);
  expect(await countOf("session")).toBe(1);
  expect(await countOf("registration")).toBe(1);
  const { old: left } = await node.database
    .selectFrom("portcullis.audit_event")
    .select((eb) => eb.fn.countAll<string>().filterWhere("at", "<=", old).as("old"))
    .executeTakeFirstOrThrow();
  expect(Number(left)).toBe(0);
});

test("V14.2.7 sessions of a user who is gone are deleted though they have not ended", async () => {
  const { user } = await node.signUp("leaves@example.test");
  const { user: stays } = await node.signUp("remains@example.test");
  await node.cache.write([{ table: "auth_user", id: user.id }], (transaction) =>
    transaction.deleteFrom("portcullis.user").where("id", "=", user.id).execute(),
  );
  world.clock.nowMs += 7 * dayMs + 1;
  await node.auth.purge();
  const rows = await node.database
    .selectFrom("portcullis.session")
    .select("user_id")
    .where("user_id", "in", [user.id, stays.id])
    .execute();
  expect(rows).toEqual([{ user_id: stays.id }]);
});
