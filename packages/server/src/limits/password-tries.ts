import { refuse } from "./admission.ts";
import type { LimitRefusal } from "./admission.ts";
import { giveBack } from "./counters.ts";
import type { Count, Counters } from "./counters.ts";
import { forget, passGate, reopenGate, takeBack } from "./growing-delay.ts";
import type { DelaySchedule, Passed } from "./growing-delay.ts";
import type { PasswordTryKeys } from "./limit-keys.ts";
import { addressesForgottenSeconds, knownAddressSeconds } from "./limit-table.ts";
import type { WindowLimit } from "./limit-table.ts";

/** The limits that a try of a password meets. */
export interface PasswordTryLimits {
  readonly fromAddress: DelaySchedule;
  readonly fromStrangers: DelaySchedule;
  readonly failuresOfAddress: Pick<WindowLimit, "points" | "windowSeconds">;
}

export interface CountedTry {
  readonly kind: "counted";
  /** When the address was seen, should the password be right. */
  readonly seenAtMs: number;
  readonly fromAddress: Passed;
  /** How it counted among strangers; not at all from a known address. */
  readonly asStranger: Passed | undefined;
}

/**
 * Counts a try before its password is compared, or refuses it. What is closed is found out by
 * looking, so that hammering at it changes nothing; counting then decides among those who come at
 * the same time.
 */
export async function countTry(
  counters: Counters,
  keys: PasswordTryKeys,
  limits: PasswordTryLimits,
  nowMs: number,
): Promise<CountedTry | LimitRefusal> {
  // All at once, for a way to the store and back each would take longer than what it answers.
  const [seen, forgotten, ...gates] = await Promise.all([
    counters.read(keys.addressSeen),
    counters.read(keys.addressesForgotten),
    counters.read(keys.fromAddress.gate),
    counters.read(keys.fromStrangers.gate),
    counters.read(keys.failuresOfAddress),
  ]);
  const isKnown = seen.count > forgotten.count;
  const closed = findClosed(gates, limits, isKnown);
  if (closed !== undefined) return closed;

  const fromAddress = await passGate(counters, keys.fromAddress, limits.fromAddress);
  if (fromAddress.kind === "closed") return refuse("password_from_address", fromAddress.waitMs);
  // Of now, so that a try which began before addresses were forgotten makes none known after it.
  const seenAtMs = Math.max(nowMs, forgotten.count + 1);
  if (isKnown) return { kind: "counted", seenAtMs, fromAddress, asStranger: undefined };
  const asStranger = await countStranger(counters, keys, limits);
  if (asStranger.kind === "refused") return asStranger;
  return { kind: "counted", seenAtMs, fromAddress, asStranger };
}

/** The password was right. What strangers did still counts, but for this one try. */
export async function forgiveTry(
  counters: Counters,
  keys: PasswordTryKeys,
  { seenAtMs, asStranger }: CountedTry,
): Promise<void> {
  await Promise.all([
    rememberAddress(counters, keys, seenAtMs),
    ...(asStranger === undefined
      ? []
      : [
          giveBack(counters, keys.failuresOfAddress),
          takeBack(counters, keys.fromStrangers, asStranger),
        ]),
  ]);
}

/** The password was not compared: all is as if the try had not been. */
export async function retractTry(
  counters: Counters,
  keys: PasswordTryKeys,
  { fromAddress, asStranger }: CountedTry,
): Promise<void> {
  await reopenGate(counters, keys.fromAddress, fromAddress);
  await takeBack(counters, keys.fromAddress, fromAddress);
  if (asStranger === undefined) return;
  await reopenGate(counters, keys.fromStrangers, asStranger);
  await takeBack(counters, keys.fromStrangers, asStranger);
  await giveBack(counters, keys.failuresOfAddress);
}

/**
 * Makes this address known for the account, and no other any more.
 *
 * Addresses are not looked up to be forgotten: one is known while it was seen later than that was
 * asked for. Of two calls at once, or with clocks that differ, an address may be forgotten or stay
 * known that was seen in between; the next right password, or the next call, settles it.
 */
export async function rememberOnlyAddress(
  counters: Counters,
  keys: PasswordTryKeys,
  nowMs: number,
): Promise<void> {
  const before = await counters.read(keys.addressesForgotten);
  // Past the last time, though the clock may not have moved on since: on this node or another.
  const forgottenAtMs = Math.max(nowMs, before.count + 1);
  await counters.keep(keys.addressesForgotten, forgottenAtMs, addressesForgottenSeconds);
  await rememberAddress(counters, keys, forgottenAtMs + 1);
}

/** Makes the address known for the account; the delays there begin anew. */
async function rememberAddress(
  counters: Counters,
  keys: PasswordTryKeys,
  seenAtMs: number,
): Promise<void> {
  await Promise.all([
    counters.keep(keys.addressSeen, seenAtMs, knownAddressSeconds),
    forget(counters, keys.fromAddress),
  ]);
}

function findClosed(
  [gateOfAddress, gateOfStrangers, failures]: readonly [Count, Count, Count],
  limits: PasswordTryLimits,
  isKnown: boolean,
): LimitRefusal | undefined {
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
): Promise<Passed | LimitRefusal> {
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
  return fromStrangers;
}
