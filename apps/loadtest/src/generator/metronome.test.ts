import { expect, it } from "vitest";
import { openMetronome } from "./metronome.ts";

it("a metronome beats from its start on, never early, and no more once it is stopped", async () => {
  const metronome = await openMetronome();
  const startMs = performance.now() + 20;
  const beats: number[] = [];
  const enough = Promise.withResolvers<void>();
  metronome.start(startMs, 5, () => {
    if (beats.push(performance.now()) === 20) enough.resolve();
  });
  await enough.promise;
  await metronome.stop();
  const count = beats.length;
  expect(beats[0]).toBeGreaterThanOrEqual(startMs);
  // Late beats may be left out; none comes before its time.
  expect(beats[19]).toBeGreaterThanOrEqual(startMs + 19 * 5);
  await new Promise((resolve) => setImmediate(resolve));
  expect(beats).toHaveLength(count);
});

it("a metronome that was never started can be stopped", async () => {
  const metronome = await openMetronome();
  await expect(metronome.stop()).resolves.toBeUndefined();
});
