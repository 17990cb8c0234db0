import { startPostgres } from "@portcullis/test-servers";
import { expect, it, onTestFinished } from "vitest";
import { DatabaseUnavailableError } from "../src/index.ts";
import { createPostgresPrimary } from "../src/postgres/postgres-primary.ts";
import { promote, turnIntoStandby } from "./hot-standby.ts";
import { openDatabase, prepareDatabase } from "./row-cache.ts";

it("only the server on which the epoch was begun says that a fence is over", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  await prepareDatabase(server.url);
  const database = openDatabase(server.url);
  onTestFinished(() => database.destroy());
  const primary = createPostgresPrimary({
    database,
    timeoutMs: 10_000,
    workTimeoutMs: 10_000,
    leaseMs: 1000,
  });
  const writer = await primary.begin("7", []);
  expect(await primary.isFenceOver("7")).toBe(false);
  expect(await primary.isFenceOver("8")).toBe(true);
  await writer.rollback();
  expect(await primary.isFenceOver("7")).toBe(true);

  await turnIntoStandby(server);
  await expect(primary.isFenceOver("7")).rejects.toBeInstanceOf(DatabaseUnavailableError);
  await promote(server);
  expect(await primary.isFenceOver("7")).toBe(false);
  const { authority } = await primary.renew(undefined);
  expect(await primary.bypassStore(authority, "b")).toBe(true);
  expect(await primary.isFenceOver("7")).toBe(true);
});
