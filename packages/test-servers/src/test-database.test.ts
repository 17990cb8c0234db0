import pg from "pg";
import { expect, test } from "vitest";

import { createTestDatabase } from "./test-database.ts";

test("test databases of one template are migrated once and are apart", async () => {
  let migrations = 0;
  const options = {
    template: "test_database_test",
    migrate: async (url: string): Promise<void> => {
      migrations += 1;
      await execute(url, "CREATE TABLE post (id int)");
    },
  };
  await using first = await createTestDatabase(options);
  await using second = await createTestDatabase(options);
  await execute(first.url, "INSERT INTO post VALUES (1)");

  expect(migrations).toBe(1);
  expect(await execute(first.url, "TABLE post")).toBe(1);
  expect(await execute(second.url, "TABLE post")).toBe(0);
});

test("without a template the database is empty", async () => {
  await using database = await createTestDatabase();

  expect(await execute(database.url, "SELECT FROM pg_tables WHERE schemaname = 'public'")).toBe(0);
});

async function execute(url: string, sql: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(sql);
    return rowCount;
  } finally {
    await client.end();
  }
}
