import { expect, test } from "vitest";
import { createMemoryCounters, memoryCountersMax } from "./memory-counters.ts";

test("a flood of keys drives out the least recently counted, and memory stays bounded", async () => {
  const counters = createMemoryCounters();
  await counters.increment("first", 3600);
  for (let index = 0; index < memoryCountersMax; index += 1) {
    await counters.increment(`key ${index}`, 3600);
  }
  expect((await counters.read("first")).count).toBe(0);
  expect((await counters.read(`key ${memoryCountersMax - 1}`)).count).toBe(1);
});

test("a counter in use survives the flood", async () => {
  const counters = createMemoryCounters();
  for (let index = 0; index < memoryCountersMax; index += 1) {
    await counters.increment(`key ${index}`, 3600);
    if (index % (memoryCountersMax / 10) === 0) await counters.increment("busy", 3600);
  }
  expect((await counters.read("busy")).count).toBe(10);
});

test("a time longer than Node's longest timer is kept as long as that", async () => {
  const counters = createMemoryCounters();
  await counters.set("known", 1, 30 * 86_400);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { count, endsInMs } = await counters.read("known");
  expect(count).toBe(1);
  expect(endsInMs).toBeGreaterThan(24 * 86_400_000);
});
