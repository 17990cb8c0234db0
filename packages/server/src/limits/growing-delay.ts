import { giveBack, goesOn } from "./counters.ts";
import type { Counters } from "./counters.ts";
import type { DelayLimit } from "./limit-table.ts";

export type DelaySchedule = Pick<
  DelayLimit,
  "freeTries" | "firstDelaySeconds" | "longestDelaySeconds" | "memorySeconds"
>;

/** The counters of one who tries. */
export interface DelayKeys {
  /** Tries since the window began. */
  readonly tries: string;
  /** Delays so far. */
  readonly delays: string;
  /** There while a delay lasts. */
  readonly gate: string;
}

export interface Passed {
  readonly kind: "passed";
  /** Which delay this try began, the first being 1; 0 when it began none. */
  readonly delay: number;
}

export type Passage = Passed | { readonly kind: "closed"; readonly waitMs: number };

export function delaySeconds(schedule: DelaySchedule, delaysBefore: number): number {
  return Math.min(schedule.longestDelaySeconds, schedule.firstDelaySeconds * 2 ** delaysBefore);
}

/**
 * Lets a try pass: at once while tries are free, later only one after each delay.
 *
 * The last free try and all after it begin a delay by closing a gate. Closing is one atomic step that
 * one of many succeeds in, so however many try at once, no more pass than one after the other. The
 * length of the delay comes from the tries that passed: those that did not change nothing.
 */
export async function passGate(
  counters: Counters,
  keys: DelayKeys,
  schedule: DelaySchedule,
): Promise<Passage> {
  const tries = await counters.increment(keys.tries, schedule.memorySeconds);
  if (tries.count < schedule.freeTries) return { kind: "passed", delay: 0 };

  const delays = await counters.read(keys.delays);
  const gate = await counters.increment(keys.gate, delaySeconds(schedule, delays.count));
  if (gate.count > 1) return { kind: "closed", waitMs: gate.endsInMs };
  // Nobody else is here before the gate opens again.
  const delay = delays.count + 1;
  await counters.set(keys.delays, delay, schedule.memorySeconds);
  return { kind: "passed", delay };
}

/** Takes a try back that should not have counted; the delay that it began goes on. */
export async function takeBack(
  counters: Counters,
  keys: DelayKeys,
  { delay }: Passed,
): Promise<void> {
  await giveBack(counters, keys.tries);
  if (delay > 0) await giveBack(counters, keys.delays);
}

/**
 * Opens the gate that a try closed, for one that is taken back as if it had not been. A gate that
 * another try has closed since, or that will open by itself in a moment, is left to its own time.
 */
export async function reopenGate(
  counters: Counters,
  keys: DelayKeys,
  { delay }: Passed,
): Promise<void> {
  if (delay === 0) return;
  const [delays, gate] = await Promise.all([counters.read(keys.delays), counters.read(keys.gate)]);
  if (delays.count === delay && goesOn(gate)) await counters.remove(keys.gate);
}

export async function forget(counters: Counters, keys: DelayKeys): Promise<void> {
  await Promise.all([keys.tries, keys.delays, keys.gate].map((key) => counters.remove(key)));
}

/**
 * The most tries that pass in any 24 hours, for a memory of a day: the free ones of two windows, and
 * one after each delay. Delays cannot begin anew in that time, for that takes a day without one.
 */
export function mostTriesInADay(schedule: DelaySchedule): number {
  const daySeconds = 86_400;
  let delays = 0;
  for (let seconds = 0; seconds < daySeconds; seconds += delaySeconds(schedule, delays - 1)) {
    delays += 1;
  }
  return 2 * (schedule.freeTries - 1) + delays;
}
