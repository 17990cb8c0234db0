import { expect, it } from "vitest";
import type { Instant } from "./clock.ts";
import { coarseClocks } from "./clock-resolution.ts";
import { systemClock } from "./system.ts";

/** Clocks that show a time that goes on by 1 us a look, in steps of so many ms; 0: not at all. */
function clocks(steps: { readonly monotonic: number; readonly wall: number }): () => Instant {
  let looks = 0;
  const shown = (stepMs: number): number =>
    stepMs === 0 ? 7 : Math.floor(looks / 1000 / stepMs) * stepMs;
  return () => {
    looks += 1;
    return { monotonicMs: shown(steps.monotonic), wallMs: 1_700_000_000_000 + shown(steps.wall) };
  };
}

it.each([
  ["fine", { monotonic: 0.005, wall: 1 }, []],
  ["just fine enough", { monotonic: 5, wall: 5 }, []],
  ["with a coarse wall clock", { monotonic: 0.005, wall: 16 }, ["wall"]],
  ["with a coarse monotonic clock", { monotonic: 16, wall: 1 }, ["monotonic"]],
  ["with a wall clock that stands still", { monotonic: 0.005, wall: 0 }, ["wall"]],
  ["that both stand still", { monotonic: 0, wall: 0 }, ["monotonic", "wall"]],
])("clocks %s", (_name, steps, coarse) => {
  expect(coarseClocks(clocks(steps), 5)).toEqual(coarse);
});

it("takes a wall clock that is set back for a fine one, if it moves finely", () => {
  const fine = clocks({ monotonic: 0.005, wall: 1 });
  let looks = 0;
  const setBack = (): Instant => {
    looks += 1;
    const { monotonicMs, wallMs } = fine();
    return { monotonicMs, wallMs: looks < 100 ? wallMs : wallMs - 3_600_000 };
  };
  expect(coarseClocks(setBack, 5)).toEqual([]);
});

it("takes a pause of the process for what it is", () => {
  const fine = clocks({ monotonic: 0.005, wall: 1 });
  let looks = 0;
  const paused = (): Instant => {
    looks += 1;
    const { monotonicMs, wallMs } = fine();
    const pauseMs = looks < 20 ? 0 : 100;
    return { monotonicMs: monotonicMs + pauseMs, wallMs: wallMs + pauseMs };
  };
  expect(coarseClocks(paused, 5)).toEqual([]);
});

it("the clocks of this machine are fine enough for the shortest lease", () => {
  expect(coarseClocks(() => systemClock.now(), 5)).toEqual([]);
});
