import { expect, test } from "vitest";
import type { Call, Check, Lane } from "./call.ts";
import { createCallLog, type LaneLog } from "./call-log.ts";
import { judgeRun } from "./verdict.ts";

const returnedMs = 1_000;

test("without a call that counts there is no verdict", () => {
  expect(judgeRun(seen("checked", ["error"]))).toEqual({ kind: "open" });
});

test("it holds when every call that counts was refused", () => {
  expect(judgeRun(seen("checked", ["refused", "error", "refused"]))).toEqual({
    kind: "holds",
    counted: 2,
    unanswered: 1,
  });
});

test("a violation names the lane and the call", () => {
  expect(judgeRun(seen("checked", ["refused", "accepted"]))).toMatchObject({
    kind: "violated",
    counted: 2,
    accepted: 1,
    violations: [{ lane: { device: 1, node: "A" }, call: { beganMs: 1_002 } }],
  });
});

test.each<Check>(["stateless", "cached"])(
  "what the %s check accepts is not held against it",
  (check) => {
    expect(judgeRun(seen(check, ["accepted"]))).toEqual({ kind: "open" });
  },
);

function seen(check: Check, outcomes: readonly Call["outcome"][]): readonly LaneLog[] {
  const lane: Lane = { device: 1, node: "A", check };
  const log = createCallLog([lane]);
  log.logOutReturned(returnedMs);
  for (const [index, outcome] of outcomes.entries()) {
    const beganMs = returnedMs + 1 + index;
    log.add(lane, { beganMs, endedMs: beganMs + 1, outcome });
  }
  return log.lanes();
}
