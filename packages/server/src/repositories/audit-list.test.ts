import { createTestDatabase, openPool } from "@portcullis/test-servers";
import { CompiledQuery, Kysely, PostgresDialect, sql } from "kysely";
import { expect, test } from "vitest";
import { migrate } from "../../test/start-auth.ts";
import { activityKinds } from "../audit/activity-entry.ts";
import { listAuditEventsAbout } from "./audit-list.ts";
import type { AuthTables } from "./tables.ts";

test("an index serves the activity of one account among those of many", async () => {
  await using empty = await createTestDatabase({ template: "auth", migrate });
  const sent: CompiledQuery[] = [];
  const database = new Kysely<AuthTables>({
    dialect: new PostgresDialect({ pool: openPool(empty.url, { max: 1 }) }),
    log: ({ query }) => void sent.push(query),
  });
  try {
    await sql`
      insert into portcullis.audit_event (at, kind, outcome, user_id, details)
      select now(), 'login_succeeded', 'success',
        ('00000000-0000-4000-8000-' || lpad((n % 1000)::text, 12, '0'))::uuid, '{}'
      from generate_series(1, 20000) n`.execute(database);
    await sql`analyze portcullis.audit_event`.execute(database);
    const userId = "00000000-0000-4000-8000-000000000007";
    const query = { userId, kinds: activityKinds, limit: 51 };
    for (const afterId of [undefined, 10_000]) {
      const found = await listAuditEventsAbout(database, { ...query, afterId });
      expect(found).toHaveLength(afterId === undefined ? 20 : 10);
      const last = sent.at(-1);
      if (last === undefined) throw new Error("Nothing was sent");
      const explain = CompiledQuery.raw(`explain ${last.sql}`, [...last.parameters]);
      const { rows } = await database.executeQuery<{ "QUERY PLAN": string }>(explain);
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      expect(plan).toMatch(/(?:on|using) audit_event_of_user/);
      expect(plan).not.toContain("Seq Scan");
    }
  } finally {
    await database.destroy();
  }
});
