import { wholeNumber } from "../whole-number.ts";

/** How many subscriptions are live at once. */
export interface SubscriptionOptions {
  /**
   * Most live subscriptions of a session in a process; one more is refused with `rate_limited`.
   * Default 20; 1 to 1000.
   */
  readonly perSessionMax?: number;
  /**
   * Most live subscriptions of all sessions in a process; one more is refused with `overloaded`.
   * Default 10 000; 1 to 1 000 000.
   */
  readonly perProcessMax?: number;
}

/** The options with their defaults, checked. */
export interface SubscriptionBounds {
  readonly perSessionMax: number;
  readonly perProcessMax: number;
}

/** @throws InvalidAuthOptionsError */
export function resolveSubscriptionOptions(options: SubscriptionOptions): SubscriptionBounds {
  return {
    perSessionMax: wholeNumber(
      "subscriptions.perSessionMax",
      options.perSessionMax ?? 20,
      [1, 1000],
    ),
    perProcessMax: wholeNumber(
      "subscriptions.perProcessMax",
      options.perProcessMax ?? 10_000,
      [1, 1_000_000],
    ),
  };
}
