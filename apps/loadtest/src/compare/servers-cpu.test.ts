import { createTestDatabase, startRedis } from "@portcullis/test-servers";
import { expect, it } from "vitest";
import { createCpuAccount, openServersCpu, redisMicros } from "./servers-cpu.ts";

it("adds up what processes use, those that begin and end in between too", () => {
  const account = createCpuAccount<string>();
  expect(account(new Map([["a", 100]]))).toBe(0);
  expect(
    account(
      new Map([
        ["a", 130],
        ["b", 5],
      ]),
    ),
  ).toBe(35);
  expect(account(new Map([["b", 9]]))).toBe(39);
  // Another one has got its number.
  expect(account(new Map([["b", 2]]))).toBe(41);
});

it("reads what Redis says of its own", () => {
  const section =
    "# CPU\r\nused_cpu_sys:0.5\r\nused_cpu_user:1.000002\r\nused_cpu_sys_children:7.0\r\n";
  expect(redisMicros(section)).toBeCloseTo(1_500_002);
});

it("finds the processes of real servers, where the system shows them", async () => {
  await using database = await createTestDatabase();
  await using redis = await startRedis();
  await using cpu = await openServersCpu({ postgresUrl: database.url, redisUrl: redis.url });
  const first = await cpu?.micros();
  expect(first).toBe(cpu === undefined ? undefined : 0);
  expect((await cpu?.micros()) ?? 1).toBeGreaterThan(0);
});
