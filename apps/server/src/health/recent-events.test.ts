import { expect, it } from "vitest";
import { createRecentEvents, maxRecentEvents } from "./recent-events.ts";

const error = new Error("redis://user:password@cache.test");

it("counts what comes several times in a row, and tells nothing of what it was", () => {
  let nowMs = 0;
  const events = createRecentEvents(() => nowMs);
  events.note({ kind: "joined" });
  events.note({ kind: "store_failed", operation: "read", error });
  nowMs = 1500;
  events.note({ kind: "store_failed", operation: "fence", error });
  expect(events.list()).toEqual([
    { at: "1970-01-01T00:00:00.000Z", kind: "joined", count: 1 },
    { at: "1970-01-01T00:00:01.500Z", kind: "store_failed", count: 2 },
  ]);
});

it("keeps the last fifty", () => {
  const events = createRecentEvents(() => 0);
  for (let turn = 0; turn < maxRecentEvents; turn += 1) {
    events.note({ kind: "joined" });
    events.note({ kind: "left", why: "deaf" });
  }
  expect(events.list()).toHaveLength(maxRecentEvents);
  expect(events.list().at(-1)).toMatchObject({ kind: "left" });
});
