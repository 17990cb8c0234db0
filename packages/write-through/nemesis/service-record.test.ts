import { expect, it } from "vitest";
import { ServiceRecord } from "./service-record.ts";

function read(service: ServiceRecord, node: number, startMs: number, endMs: number): void {
  service.reported(node, { kind: "read", startMs, endMs, versions: {} });
}

const whole = { startMs: 0, endMs: 100 };

it("finds the longest time without a served read, of a node and of all", () => {
  const service = new ServiceRecord(2);
  for (const atMs of [10, 50, 90]) read(service, 0, atMs - 1, atMs);
  for (const atMs of [30, 80]) read(service, 1, atMs - 1, atMs);
  expect(service.longestGap("read", 1, whole)).toEqual({ startMs: 30, endMs: 80 });
  expect(service.longestGap("read", "all", whole)).toEqual({ startMs: 50, endMs: 80 });
});

it("counts a node that served nothing as away all the time", () => {
  expect(new ServiceRecord(1).longestGap("write", 0, whole)).toEqual(whole);
});

it("tells what was served under a fault, or soon after, from what was served in quiet", () => {
  const service = new ServiceRecord(1);
  read(service, 0, 0, 1);
  const ended = service.faultBegan("Redis", "frozen", 10);
  read(service, 0, 11, 12);
  ended(20);
  read(service, 0, 21, 22);
  read(service, 0, 60_000, 60_001);
  expect(service.latencies.read.quiet.count).toBe(2);
  expect(service.latencies.read.underFault.count).toBe(2);
});

it("knows the median to within a twentieth", () => {
  const service = new ServiceRecord(1);
  for (let ms = 1; ms <= 99; ms += 1) read(service, 0, 0, ms);
  const median = service.latencies.read.quiet.quantileMs(0.5) ?? 0;
  expect(median).toBeGreaterThan(50 / 1.05);
  expect(median).toBeLessThan(50 * 1.05);
});
