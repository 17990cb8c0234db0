import { InvalidAuthOptionsError } from "./start-errors.ts";

/** @throws InvalidAuthOptionsError */
export function wholeNumber(
  name: string,
  value: number,
  [least, most]: readonly [number, number],
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidAuthOptionsError(
    `${name} must be a whole number from ${least} to ${most}, not ${value}`,
  );
}
