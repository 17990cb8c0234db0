import { createTestDatabase } from "@portcullis/test-servers";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { createLogger } from "./log.ts";
import { openServers } from "./open-servers.ts";

it("DB-05 a connection that Postgres ends under a transaction is logged, and does not end the process", async () => {
  await using database = await createTestDatabase();
  const lines: string[] = [];
  const storage = openServers(
    {
      kind: "servers",
      databaseUrl: database.url,
      redisUrl: "redis://127.0.0.1:1",
      secrets: ["x".repeat(32)],
    },
    1000,
    createLogger({ level: "warn", format: "json" }, { write: (line) => lines.push(line) }),
  );
  try {
    const transaction = await storage.database.startTransaction().execute();
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(
      transaction,
    );
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(storage.database);
    await expect.poll(() => lines.join("")).toContain("A connection to Postgres ended");
    await expect(transaction.rollback().execute()).rejects.toThrow(/connection/i);
    const again = await sql<{ one: number }>`select 1 as one`.execute(storage.database);
    expect(again.rows).toEqual([{ one: 1 }]);
  } finally {
    await storage.close();
  }
});
