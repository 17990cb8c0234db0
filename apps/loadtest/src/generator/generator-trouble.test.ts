import { describe, expect, it } from "vitest";
import { generatorTrouble, type GeneratorHealth } from "./generator-trouble.ts";

function troubleOf(changes: Partial<GeneratorHealth>): string | undefined {
  return generatorTrouble({
    wantedPerSecond: 1000,
    connections: 32,
    seconds: 10,
    due: 10_000,
    sentInTime: 9_990,
    dropped: 0,
    cpuShare: 0.5,
    loopShare: 0.5,
    lateP99Ms: 1.5,
    latencyP99Ms: 5,
    ...changes,
  });
}

describe("the trouble of a generator", () => {
  it("is none where it did what it should", () => {
    expect(troubleOf({})).toBeUndefined();
    expect(troubleOf({ wantedPerSecond: undefined, due: 0, sentInTime: 10 })).toBeUndefined();
  });

  it("is a core or an event loop without rest", () => {
    expect(troubleOf({ cpuShare: 0.97 })).toMatch(/busy 97 % .*lower --rate/);
    expect(troubleOf({ loopShare: 0.99 })).toMatch(/busy 99 %/);
    expect(troubleOf({ wantedPerSecond: undefined, loopShare: 1 })).toMatch(/core of its own/);
  });

  it("is to send late by what shows in the latencies", () => {
    expect(troubleOf({ lateP99Ms: 40 })).toMatch(/late: .* 40\.0 ms/);
    expect(troubleOf({ lateP99Ms: 40, latencyP99Ms: 1000 })).toBeUndefined();
    expect(troubleOf({ lateP99Ms: 4, latencyP99Ms: 4.5 })).toBeUndefined();
  });

  it("is to have dropped requests, or not sent them in time", () => {
    expect(troubleOf({ dropped: 7 })).toMatch(/^7 requests were dropped/);
    expect(troubleOf({ sentInTime: 8000 })).toMatch(/Only 800\/s of the wanted 1000\/s/);
  });
});
