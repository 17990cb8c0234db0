import { refuse } from "./admission.ts";
import type { LimitRefusal } from "./admission.ts";
import type { Counters } from "./counters.ts";
import { forget, passGate, takeBack } from "./growing-delay.ts";
import type { DelaySchedule } from "./growing-delay.ts";
import type { PasswordTryKeys } from "./limit-keys.ts";
import { knownAddressSeconds } from "./limit-table.ts";
import type { WindowLimit } from "./limit-table.ts";

/** The limits that a try of a password meets. */
export interface PasswordTryLimits {
  readonly fromAddress: DelaySchedule;
  readonly fromStrangers: DelaySchedule;
  readonly failuresOfAddress: Pick<WindowLimit, "points" | "windowSeconds">;
}

export interface CountedTry {
  readonly kind: "counted";
  /** How it counted among strangers; not at all from a known address. */
  readonly asStranger: { readonly closedGate: boolean } | undefined;
}

/** A counter that is over sooner is left alone: its next window must not begin below zero. */
const giveBackMarginMs = 1000;

/**
 * Counts a try before its password is compared, or refuses it. What is closed is found out by
 * looking, so that hammering at it changes nothing; counting then decides among those who come at
 * the same time.
 */
export async function countTry(
  counters: Counters,
  keys: PasswordTryKeys,
  limits: PasswordTryLimits,
): Promise<CountedTry | LimitRefusal> {
  const isKnown = (await counters.read(keys.known)).count > 0;
  const closed = await findClosed(counters, keys, limits, isKnown);
  if (closed !== undefined) return closed;

  const fromAddress = await passGate(counters, keys.fromAddress, limits.fromAddress);
  if (fromAddress.kind === "closed") return refuse("password_from_address", fromAddress.waitMs);
  return isKnown
    ? { kind: "counted", asStranger: undefined }
    : countStranger(counters, keys, limits);
}

/** The password was right. What strangers did still counts, but for this one try. */
export async function forgiveTry(
  counters: Counters,
  keys: PasswordTryKeys,
  { asStranger }: CountedTry,
): Promise<void> {
  await rememberAddress(counters, keys);
  if (asStranger === undefined) return;
  await Promise.all([
    giveBack(counters, keys.failuresOfAddress),
    takeBack(counters, keys.fromStrangers, asStranger.closedGate),
  ]);
}

/** Makes the address known for the account; the delays there begin anew. */
export async function rememberAddress(counters: Counters, keys: PasswordTryKeys): Promise<void> {
  await Promise.all([
    counters.set(keys.known, 1, knownAddressSeconds),
    forget(counters, keys.fromAddress),
  ]);
}

async function findClosed(
  counters: Counters,
  keys: PasswordTryKeys,
  limits: PasswordTryLimits,
  isKnown: boolean,
): Promise<LimitRefusal | undefined> {
  const [gateOfAddress, gateOfStrangers, failures] = await Promise.all([
    counters.read(keys.fromAddress.gate),
    counters.read(keys.fromStrangers.gate),
    counters.read(keys.failuresOfAddress),
  ]);
  if (gateOfAddress.count > 0) return refuse("password_from_address", gateOfAddress.endsInMs);
  if (isKnown) return undefined;
  if (gateOfStrangers.count > 0) return refuse("password_from_strangers", gateOfStrangers.endsInMs);
  if (failures.count >= limits.failuresOfAddress.points) {
    return refuse("password_failures_of_address", failures.endsInMs);
  }
  return undefined;
}

async function countStranger(
  counters: Counters,
  keys: PasswordTryKeys,
  limits: PasswordTryLimits,
): Promise<CountedTry | LimitRefusal> {
  const { points, windowSeconds } = limits.failuresOfAddress;
  const failures = await counters.increment(keys.failuresOfAddress, windowSeconds);
  if (failures.count > points) {
    await giveBack(counters, keys.failuresOfAddress);
    return refuse("password_failures_of_address", failures.endsInMs);
  }

  const fromStrangers = await passGate(counters, keys.fromStrangers, limits.fromStrangers);
  if (fromStrangers.kind === "closed") {
    await giveBack(counters, keys.failuresOfAddress);
    return refuse("password_from_strangers", fromStrangers.waitMs);
  }
  return { kind: "counted", asStranger: { closedGate: fromStrangers.closedGate } };
}

async function giveBack(counters: Counters, key: string): Promise<void> {
  const { count, endsInMs } = await counters.read(key);
  if (count > 0 && endsInMs > giveBackMarginMs) await counters.decrement(key);
}
