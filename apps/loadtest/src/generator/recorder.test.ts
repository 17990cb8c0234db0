import { describe, expect, it } from "vitest";
import { Recorder, type Fate } from "./recorder.ts";

const fromMs = 1000;
const untilMs = 3000;

function fate(changes: Partial<Fate>): Fate {
  return {
    kind: "read",
    dueAtMs: 1500,
    endedAtMs: 1510,
    latencyMs: 10,
    failure: undefined,
    ...changes,
  };
}

function record(...fates: readonly Partial<Fate>[]) {
  const recorder = new Recorder(fromMs, untilMs, 10_000);
  for (const one of fates) recorder.add(fate(one));
  return recorder.finish(2);
}

describe("what a recorder counts", () => {
  it("is what was due from the end of the warm-up until the end", () => {
    const { requests, latency } = record(
      { dueAtMs: 999 },
      { dueAtMs: fromMs },
      { dueAtMs: 2999, endedAtMs: 4000 },
      { dueAtMs: untilMs },
    );
    expect(requests).toBe(2);
    expect(latency.count).toBe(2);
  });

  it("as good answers is what came in that time, whenever it was asked for", () => {
    const { goodAnswers } = record(
      { dueAtMs: 900, endedAtMs: 1100 },
      { dueAtMs: 1100, endedAtMs: 1200 },
      { dueAtMs: 1100, endedAtMs: 1200, failure: "status 500" },
      { dueAtMs: 2900, endedAtMs: 3100 },
    );
    expect(goodAnswers).toBe(2);
  });

  it("as latency is what has one, failed or not", () => {
    const { latency, failures } = record(
      { failure: "status 500" },
      { failure: "timeout", latencyMs: 10_000 },
      { failure: "connection", latencyMs: undefined },
      { failure: "timeout", latencyMs: 10_000, kind: undefined },
    );
    expect(latency.count).toBe(3);
    expect(failures).toEqual({ "status 500": 1, timeout: 2, connection: 1 });
  });

  it("by kind it tells where there are several", () => {
    expect(record({}, {}).latencyByKind).toEqual({});
    const { latencyByKind, latency } = record({}, {}, { kind: "login", latencyMs: 300 });
    expect(Object.keys(latencyByKind)).toEqual(["read", "login"]);
    expect(latencyByKind["read"]?.count).toBe(2);
    expect(latency.count).toBe(3);
  });

  it("stays small whatever kinds and failures there are", () => {
    const many = Array.from({ length: 200 }, (_, index) => ({
      kind: `kind ${index}`,
      failure: `${"x".repeat(100)} ${index}`,
    }));
    const words = Array.from({ length: 200 }, (_, index) => ({ failure: `word ${index}` }));
    const { failures, latencyByKind, latency } = record(...many, ...words);
    expect(Object.keys(latencyByKind)).toHaveLength(33);
    expect(Object.keys(failures).length).toBeLessThanOrEqual(51);
    expect(Object.values(failures).reduce((sum, count) => sum + count, 0)).toBe(400);
    expect(latency.count).toBe(400);
  });
});
