import type { Call } from "./call.ts";
import { xOf, type TimeScale } from "./time-axis.ts";

/** The ticks of a lane, as the `d` of one SVG path for each outcome: they differ in shape too. */
export type TickPaths = Readonly<Record<Call["outcome"], string>>;

const barHeight = 12;
const barWidthMin = 2;
const crossArm = 3.5;
const ringRadius = 3;
// Nearer ones would only cover each other.
const gapMin = { accepted: 3, refused: 8, error: 8 } as const;

/**
 * A bar from the beginning of an accepted call to its end; a cross where a refused one began; a ring
 * for one without an answer.
 *
 * @param zeroMs where zero of the scale is in the calls' time.
 */
export function tickPaths(
  calls: readonly Call[],
  zeroMs: number,
  scale: TimeScale,
  middleY: number,
): TickPaths {
  const paths = { accepted: "", refused: "", error: "" };
  const lastX = { accepted: -Infinity, refused: -Infinity, error: -Infinity };
  for (const { beganMs, endedMs, outcome } of calls) {
    const x = xOf(scale, beganMs - zeroMs);
    if (x < scale.left || x > scale.right || x - lastX[outcome] < gapMin[outcome]) continue;
    lastX[outcome] = x;
    const endX = Math.min(xOf(scale, endedMs - zeroMs), scale.right);
    paths[outcome] += shapes[outcome](round(x), round(middleY), round(endX - x));
  }
  return paths;
}

const shapes: Readonly<Record<Call["outcome"], (x: number, y: number, width: number) => string>> = {
  accepted(x, y, width) {
    const bar = Math.max(barWidthMin, width);
    return `M${x} ${y - barHeight / 2}h${bar}v${barHeight}h${-bar}z`;
  },
  refused: (x, y) =>
    `M${x - crossArm} ${y - crossArm}l${2 * crossArm} ${2 * crossArm}m0 ${-2 * crossArm}l${-2 * crossArm} ${2 * crossArm}`,
  error: (x, y) =>
    `M${x - ringRadius} ${y}a${ringRadius} ${ringRadius} 0 1 0 ${2 * ringRadius} 0a${ringRadius} ${ringRadius} 0 1 0 ${-2 * ringRadius} 0`,
};

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
