import { expect, test } from "vitest";
import { passwordResetLifeMs } from "../accounts/token-lives.ts";
import {
  addressesForgottenSeconds,
  callLimitOf,
  knownAddressSeconds,
  limits,
} from "./limit-table.ts";
import type { DelayLimit, WindowLimit } from "./limit-table.ts";

const all: [string, WindowLimit | DelayLimit][] = Object.entries(limits);

test("V2.1.3 a procedure is counted by the limit that names it", () => {
  const named = all.flatMap(([name, { kind, bounds }]) =>
    kind === "call" ? bounds.map((procedure) => [procedure, name]) : [],
  );
  expect(Object.fromEntries(named)).toEqual(callLimitOf);
  expect(named).toHaveLength(Object.keys(callLimitOf).length);
});

test("FP-4 EN-05 while no reset can be asked for, the one that was asked for last is good", () => {
  expect(limits.resets_of_account.windowSeconds * 1000).toBe(passwordResetLifeMs);
});

test("one stranger cannot use up the registrations of an account", () => {
  const { registrations_of_account_from_address: fromAddress, registrations_of_account } = limits;
  expect(fromAddress.points).toBeLessThan(registrations_of_account.points);
  expect(fromAddress.windowSeconds).toBeGreaterThanOrEqual(registrations_of_account.windowSeconds);
});

test("no address outlives that it was forgotten", () => {
  expect(addressesForgottenSeconds).toBeGreaterThan(knownAddressSeconds);
});

test("V2.1.3 names are words of a key, and windows whole seconds", () => {
  for (const [name, limit] of all) {
    expect(name).toMatch(/^[a-z_]{1,40}$/);
    const seconds =
      limit.kind === "growing_delay"
        ? [limit.firstDelaySeconds, limit.longestDelaySeconds, limit.memorySeconds]
        : [limit.windowSeconds];
    for (const value of seconds) expect(Number.isSafeInteger(value) && value >= 1).toBe(true);
  }
});
