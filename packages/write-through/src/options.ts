import { InvalidOptionsError } from "./errors.ts";

/** A whole number within its bounds, or an error that says which they are. */
export function bounded(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidOptionsError(
    `${name} must be a whole number from ${least} to ${most}, not ${value}`,
  );
}

/** A part of a whole, or an error that says what it may be. */
export function fraction(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new InvalidOptionsError(`${name} must be a number from 0 to 1, not ${value}`);
}

/** A text of the right form, or an error that says what it is. */
export function matching(name: string, value: string, form: RegExp): string {
  if (form.test(value)) return value;
  throw new InvalidOptionsError(`${name} must match ${form.source}`);
}
