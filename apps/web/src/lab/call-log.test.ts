import { expect, test } from "vitest";
import type { Call, Lane } from "./call.ts";
import { createCallLog, type AfterReturn, type LaneLog } from "./call-log.ts";

const lane: Lane = { device: 1, node: "A", check: "checked" };

test("a call that began before the return and was answered after it is not counted", () => {
  const log = createCallLog([lane]);
  log.logOutBegan(100);
  log.logOutReturned(120);
  log.add(lane, call(119, 125, "accepted"));
  log.add(lane, call(120, 126, "accepted"));
  expect(only(log.lanes()).afterReturn).toEqual(counts({}));
});

test("calls that began after the return are counted by their outcome, and the accepted ones kept", () => {
  const log = createCallLog([lane]);
  log.logOutReturned(120);
  const wrong = call(121, 125, "accepted");
  log.add(lane, wrong);
  log.add(lane, call(130, 132, "refused"));
  log.add(lane, call(140, 141, "error"));
  expect(only(log.lanes()).afterReturn).toEqual(
    counts({ accepted: 1, refused: 1, errors: 1, firstAccepted: [wrong] }),
  );
});

test("of the accepted ones no more than three are kept", () => {
  const log = createCallLog([lane]);
  log.logOutReturned(0);
  for (let at = 1; at <= 10; at += 1) log.add(lane, call(at, at, "accepted"));
  const { accepted, firstAccepted } = only(log.lanes()).afterReturn;
  expect(accepted).toBe(10);
  expect(firstAccepted.map(({ beganMs }) => beganMs)).toEqual([1, 2, 3]);
});

test("the first refusal is the one after which nothing was accepted", () => {
  const log = createCallLog([lane]);
  log.add(lane, call(1, 2, "accepted"));
  log.add(lane, call(3, 4, "refused"));
  log.add(lane, call(5, 6, "accepted"));
  log.add(lane, call(7, 8, "error"));
  log.add(lane, call(9, 10, "refused"));
  log.add(lane, call(11, 12, "refused"));
  const { firstBeganMs, lastAccepted, firstRefused } = only(log.lanes());
  expect([firstBeganMs, lastAccepted?.beganMs, firstRefused?.beganMs]).toEqual([1, 5, 9]);
});

test("what was seen does not change when more is added", () => {
  const log = createCallLog([lane]);
  log.add(lane, call(1, 2, "accepted"));
  const seen = only(log.lanes());
  log.add(lane, call(3, 4, "refused"));
  expect(seen.calls).toHaveLength(1);
});

function only(lanes: readonly LaneLog[]): LaneLog {
  const [first] = lanes;
  if (first === undefined) throw new Error("There is no lane.");
  return first;
}

function call(beganMs: number, endedMs: number, outcome: Call["outcome"]): Call {
  return { beganMs, endedMs, outcome };
}

function counts(counted: Partial<AfterReturn>): AfterReturn {
  return { accepted: 0, refused: 0, errors: 0, firstAccepted: [], ...counted };
}
