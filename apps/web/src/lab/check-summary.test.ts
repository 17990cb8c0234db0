import { expect, test } from "vitest";
import type { Call, Lane } from "./call.ts";
import { createCallLog, type LaneLog } from "./call-log.ts";
import { summarize } from "./check-summary.ts";

const lanes: readonly [Lane, Lane] = [
  { device: 1, node: "A", check: "cached" },
  { device: 2, node: "B", check: "cached" },
];

test("nothing is said before the first call after the return", () => {
  expect(summarize(seen([], []), "cached")).toEqual({ kind: "waiting" });
});

test("a check accepts for as long as one lane is accepted", () => {
  expect(summarize(seen(["accepted", "refused"], ["accepted"]), "cached")).toEqual({
    kind: "accepting",
    acceptedAfter: 2,
  });
});

test("a check that refuses tells when the last call began that it accepted", () => {
  expect(summarize(seen(["accepted", "refused"], ["refused"]), "cached")).toEqual({
    kind: "refusing",
    acceptedAfter: 1,
    lastAcceptedMs: 1,
  });
});

test("a lane without a call since then does not make a check that refuses one that accepts", () => {
  expect(summarize(seen(["refused"], []), "cached")).toMatchObject({
    kind: "refusing",
    acceptedAfter: 0,
  });
});

function seen(...outcomes: readonly (readonly Call["outcome"][])[]): readonly LaneLog[] {
  const log = createCallLog(lanes);
  log.logOutReturned(0);
  for (const [index, lane] of lanes.entries()) {
    for (const [at, outcome] of (outcomes[index] ?? []).entries()) {
      log.add(lane, { beganMs: at + 1, endedMs: at + 1, outcome });
    }
  }
  return log.lanes();
}
