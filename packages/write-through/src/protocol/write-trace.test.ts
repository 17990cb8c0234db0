import { expect, it } from "vitest";
import { ManualClock } from "../../test/manual-clock.ts";
import { WriteRecord, type WriteTrace } from "./write-trace.ts";

const rows = [{ table: "post", id: "p1" }];

function setUp() {
  const clock = new ManualClock();
  const traces: WriteTrace[] = [];
  const record = new WriteRecord(rows, clock, (trace) => traces.push(trace));
  return { clock, traces, record };
}

it("tells each step with its start within the write and how long it took", async () => {
  const { clock, traces, record } = setUp();
  await clock.advance(7);
  await record.step("begin", () => clock.advance(3));
  await clock.advance(5);
  expect(await record.step("fence", async () => "fenced")).toBe("fenced");
  record.beginAttempt();
  record.processes = 5;
  record.beginAttempt();
  expect(record.processes).toBe(0);
  record.processes = 4;
  record.outcome = "committed";
  await clock.advance(1);
  record.end();
  expect(traces).toEqual([
    {
      rows,
      outcome: "committed",
      attempts: 2,
      processes: 4,
      steps: [
        { name: "begin", startMs: 7, durationMs: 3 },
        { name: "fence", startMs: 15, durationMs: 0 },
      ],
      totalMs: 16,
    },
  ]);
});

it("tells of a step that failed, and of a write that came to nothing", async () => {
  const { clock, traces, record } = setUp();
  const failing = record.step("statements", async () => {
    await clock.advance(4);
    throw new Error("of the caller");
  });
  await expect(failing).rejects.toThrow("of the caller");
  record.end();
  expect(traces).toMatchObject([
    { outcome: "rolled_back", steps: [{ name: "statements", durationMs: 4 }] },
  ]);
});

it("hands a step's own promise on, so that the write takes the same turns", () => {
  const running = Promise.resolve("fenced");
  for (const listener of [undefined, () => undefined]) {
    const record = new WriteRecord(rows, new ManualClock(), listener);
    expect(record.step("fence", () => running)).toBe(running);
  }
});
