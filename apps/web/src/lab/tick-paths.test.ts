import { expect, test } from "vitest";
import type { Call } from "./call.ts";
import { tickPaths } from "./tick-paths.ts";

const scale = { fromMs: 0, toMs: 100, left: 0, right: 100 };

test("each outcome has a path of its own, and a shape of its own", () => {
  const { accepted, refused, error } = tickPaths(
    [call(10, "accepted"), call(30, "refused"), call(50, "error")],
    0,
    scale,
    8,
  );
  expect(accepted).toBe("M10 2h2v12h-2z");
  expect(refused).toContain("l");
  expect(error).toContain("a");
});

test("a bar is as long as its call took, but not longer than the chart", () => {
  const long = { beganMs: 20, endedMs: 60, outcome: "accepted" } as const;
  expect(tickPaths([long], 0, scale, 8).accepted).toContain("h40");
  expect(tickPaths([{ ...long, endedMs: 900 }], 0, scale, 8).accepted).toContain("h80");
});

test("what is out of sight, or would only cover its neighbour, is left out", () => {
  const { accepted } = tickPaths(
    [call(-1, "accepted"), call(10, "accepted"), call(11, "accepted"), call(101, "accepted")],
    0,
    scale,
    8,
  );
  expect(accepted.match(/M/g)).toHaveLength(1);
});

function call(beganMs: number, outcome: Call["outcome"]): Call {
  return { beganMs, endedMs: beganMs, outcome };
}
