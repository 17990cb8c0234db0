import { sql } from "kysely";
import { expect, test } from "vitest";
import { claimsOf, reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { TestNode } from "../../test/start-auth.ts";

async function waitingForLocks({ database }: TestNode): Promise<number> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity
    where wait_event_type = 'Lock' and datname = current_database()`.execute(database);
  return rows.length;
}

test("RT-06 a logout that comes after its session was replaced does not call it ended", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const { accessToken: token } = await node.signUp("ada@example.test");
  const { sid } = claimsOf(token);

  // Both calls have passed the check of the token, and the confirmation is first in line.
  const [confirmed, ended] = await node.database.transaction().execute(async (transaction) => {
    await transaction
      .selectFrom("portcullis.session")
      .select("id")
      .where("id", "=", sid)
      .forUpdate()
      .execute();
    const confirming = node.mutate("auth.confirm", { password: testPassword }, { token });
    await expect.poll(() => waitingForLocks(node), { interval: 10, timeout: 10_000 }).toBe(1);
    const ending = node.mutate("auth.logout", undefined, { token });
    await expect.poll(() => waitingForLocks(node), { interval: 10, timeout: 10_000 }).toBe(2);
    return [confirming, ending] as const;
  });
  expect((await confirmed).status).toBe(200);
  expect(reasonOf(await ended)).toBe("token_revoked");
});
