import { expect, it } from "vitest";
import { judgeClock } from "./judge-clock.ts";

const askedAtMs = 1_800_000_000_000;

function standing(timeMs: number, tookMs = 0) {
  const reading = { askedAtMs, timeMs, answeredAtMs: askedAtMs + tookMs };
  const { state, message } = judgeClock("Redis", reading);
  return `${state}: ${message}`;
}

it.each([
  [0, "ok: The clocks of this machine and of Redis agree to a second."],
  [999, "ok: The clocks of this machine and of Redis agree to a second."],
  [-1_000, "warning: The clock of Redis is 1.0 s behind that of this machine."],
  [29_999, "warning: The clock of Redis is 30.0 s ahead of that of this machine."],
  [30_000, "error: The clock of Redis is 30.0 s ahead of that of this machine."],
  [-3_600_000, "error: The clock of Redis is 3600.0 s behind that of this machine."],
])("a clock that is %i ms ahead", (aheadMs, expected) => {
  expect(standing(askedAtMs + aheadMs)).toBe(expected);
});

it("does not blame a clock for an answer that took long", () => {
  expect(standing(askedAtMs, 5_000)).toMatch(/^ok/);
  expect(standing(askedAtMs + 5_000, 5_000)).toMatch(/^ok/);
  expect(standing(askedAtMs + 6_500, 5_000)).toMatch(/^warning: .* 1\.5 s ahead/);
});
