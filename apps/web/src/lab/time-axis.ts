/** What part of time a chart shows, on how many pixels. Times are relative to its zero. */
export interface TimeScale {
  readonly fromMs: number;
  readonly toMs: number;
  readonly left: number;
  readonly right: number;
}

export interface AxisTick {
  readonly atMs: number;
  readonly label: string;
}

const second = 1_000;
const minute = 60 * second;
const stepsMs = [
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10].map((minutes) => minutes * minute),
];
const longestStepMs = 20 * minute;
const pixelsPerLabel = 64;

export function xOf({ fromMs, toMs, left, right }: TimeScale, atMs: number): number {
  return left + ((atMs - fromMs) / (toMs - fromMs)) * (right - left);
}

/** Round times, with room for their labels. Zero is among them if it is in sight. */
export function axisTicks(scale: TimeScale): AxisTick[] {
  const { fromMs, toMs, left, right } = scale;
  const labelsMax = Math.max(2, Math.floor((right - left) / pixelsPerLabel));
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step <= labelsMax) ?? longestStepMs;
  const first = Math.ceil(fromMs / stepMs);
  const count = Math.floor(toMs / stepMs) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const atMs = (first + index) * stepMs;
    return { atMs, label: labelOf(atMs) };
  });
}

function labelOf(atMs: number): string {
  if (atMs === 0) return "0";
  const size = Math.abs(atMs);
  const sign = atMs < 0 ? "−" : "";
  if (size < second) return `${sign}${size} ms`;
  if (size < minute) return `${sign}${size / second} s`;
  const seconds = (size % minute) / second;
  return `${sign}${Math.floor(size / minute)}${seconds === 0 ? "" : `:${String(seconds).padStart(2, "0")}`} min`;
}
