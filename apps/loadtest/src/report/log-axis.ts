import { axisStyle } from "./plot.ts";

/** Where a logarithmic axis begins and ends, and the values that it names. */
export interface LogScale {
  readonly least: number;
  readonly most: number;
  readonly ticks: readonly number[];
}

const steps = [1, 2, 5];
const mostSteps = 7;

/** From a round value to a round value. What is not above `floor` is taken for it. */
export function logScale(values: readonly number[], floor: number): LogScale {
  const raised = values.map((value) => Math.max(value, floor));
  const low = raised.reduce((one, other) => Math.min(one, other), Infinity);
  const high = raised.reduce((one, other) => Math.max(one, other), 0);
  if (high === 0) return { least: floor, most: floor * 10, ticks: [floor, floor * 10] };
  const firstPower = Math.floor(Math.log10(low)) - 1;
  const lastPower = Math.ceil(Math.log10(high)) + 1;
  const powers = Array.from({ length: lastPower - firstPower + 1 }, (_, at) => firstPower + at);
  const candidates = powers.flatMap((power) => steps.map((step) => round(step * 10 ** power)));
  const least = candidates.findLast((value) => value <= low) ?? low;
  const above = candidates.find((value) => value >= high) ?? high;
  const most = above > least ? above : (candidates.find((value) => value > least) ?? high * 2);
  const within = candidates.filter((value) => value >= least && value <= most);
  const ticks = within.length <= mostSteps ? within : within.filter((value) => isPowerOfTen(value));
  return { least, most, ticks };
}

/** An axis of logarithms: echarts' own names powers of ten only. */
export function logAxis({ least, most, ticks }: LogScale, format: (value: number) => string) {
  const customValues = ticks.map((value) => Math.log10(value));
  return {
    ...axisStyle,
    type: "value" as const,
    min: Math.log10(least),
    max: Math.log10(most),
    axisTick: { ...axisStyle.axisTick, customValues },
    axisLabel: {
      ...axisStyle.axisLabel,
      customValues,
      formatter: (logarithm: number) => format(round(10 ** logarithm)),
    },
  };
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}

function isPowerOfTen(value: number): boolean {
  return Number.isInteger(round(Math.log10(value)));
}
