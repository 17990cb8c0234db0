import type { LoadPlan } from "../load.ts";

/** @throws {RangeError} a figure of the plan is out of bounds. */
export function checkPlan({ targets, connections, loop, seconds, warmUpSeconds }: LoadPlan): void {
  checkWhole("connections", connections, 1, 10_000);
  checkRange("seconds", seconds, 0.1, 86_400);
  checkRange("warmUpSeconds", warmUpSeconds, 0, 3600);
  if (loop.kind === "open") checkRange("requestsPerSecond", loop.requestsPerSecond, 0.1, 200_000);
  checkWhole("the number of targets", targets.length, 1, connections);
}

function checkWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value)) throw new RangeError(`${name} must be a whole number`);
  checkRange(name, value, least, most);
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new RangeError(`${name} must be from ${least} to ${most}, not ${value}`);
}
