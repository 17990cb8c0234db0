/** How far an axis from 0 goes, in units of a power of ten, and the steps between its names. */
const axes = [
  { max: 1, interval: 0.2 },
  { max: 1.5, interval: 0.5 },
  { max: 2, interval: 0.5 },
  { max: 2.5, interval: 0.5 },
  { max: 3, interval: 1 },
  { max: 4, interval: 1 },
  { max: 5, interval: 1 },
  { max: 6, interval: 2 },
  { max: 8, interval: 2 },
  { max: 10, interval: 2 },
] as const;

const secondsSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800,
] as const;
const daySeconds = 86_400;

/** An axis from 0 to a round value that is not below this one. */
export function roundAxis(value: number): { min: 0; max: number; interval: number } {
  if (value <= 0) return { min: 0, max: 1, interval: 1 };
  const power = 10 ** Math.floor(Math.log10(value));
  const { max, interval } = axes.find((axis) => axis.max * power >= value) ?? axes[0];
  return { min: 0, max: exact(max * power), interval: exact(interval * power) };
}

/** Seconds between the names on an axis of time, so that there are no more than `most`. */
export function secondsStep(seconds: number, most: number): number {
  return secondsSteps.find((step) => seconds / step <= most) ?? daySeconds;
}

function exact(value: number): number {
  return Number(value.toPrecision(6));
}
