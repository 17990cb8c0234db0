import type { Call, Lane } from "./call.ts";
import { thin } from "./thin.ts";

/** What is known of a lane. */
export interface LaneLog {
  readonly lane: Lane;
  /** In the order of their answers; of a long run not all. */
  readonly calls: readonly Call[];
  readonly firstBeganMs: number | undefined;
  readonly lastAccepted: Call | undefined;
  /** The first refusal after which nothing was accepted. */
  readonly firstRefused: Call | undefined;
  readonly afterReturn: AfterReturn;
}

/** The calls that began after the log-out had returned. */
export interface AfterReturn {
  readonly accepted: number;
  readonly refused: number;
  readonly errors: number;
  /** The first ones that were accepted. */
  readonly firstAccepted: readonly Call[];
}

/** The memory of a run: bounded, however long it goes on. */
export interface CallLog {
  /** Calls of a lane come one after the other. */
  readonly add: (lane: Lane, call: Call) => void;
  readonly logOutBegan: (atMs: number) => void;
  /** Must be told before any call that begins later is added. */
  readonly logOutReturned: (atMs: number) => void;
  readonly lanes: () => readonly LaneLog[];
}

const examplesMax = 3;

interface Mutable {
  calls: Call[];
  firstBeganMs: number | undefined;
  lastAccepted: Call | undefined;
  firstRefused: Call | undefined;
  accepted: number;
  refused: number;
  errors: number;
  firstAccepted: Call[];
}

export function createCallLog(lanes: readonly Lane[]): CallLog {
  const logs = new Map<Lane, Mutable>(lanes.map((lane) => [lane, emptyLog()]));
  let pressedMs: number | undefined;
  let returnedMs: number | undefined;

  function add(lane: Lane, call: Call): void {
    const log = logs.get(lane);
    if (log === undefined) throw new Error("The log was not made for this lane.");
    log.firstBeganMs ??= call.beganMs;
    log.calls = thin([...log.calls, call], pressedMs, returnedMs);
    noteOutcome(log, call);
    if (returnedMs !== undefined && call.beganMs > returnedMs) countAfterReturn(log, call);
  }

  return {
    add,
    logOutBegan(atMs) {
      pressedMs = atMs;
    },
    logOutReturned(atMs) {
      returnedMs = atMs;
    },
    lanes: () =>
      Array.from(logs, ([lane, { accepted, refused, errors, firstAccepted, ...facts }]) => ({
        lane,
        ...facts,
        afterReturn: { accepted, refused, errors, firstAccepted: [...firstAccepted] },
      })),
  };
}

/** Lanes before their first call. */
export function emptyLanes(lanes: readonly Lane[]): readonly LaneLog[] {
  return createCallLog(lanes).lanes();
}

function emptyLog(): Mutable {
  return {
    calls: [],
    firstBeganMs: undefined,
    lastAccepted: undefined,
    firstRefused: undefined,
    accepted: 0,
    refused: 0,
    errors: 0,
    firstAccepted: [],
  };
}

function noteOutcome(log: Mutable, call: Call): void {
  if (call.outcome === "accepted") {
    log.lastAccepted = call;
    log.firstRefused = undefined;
  } else if (call.outcome === "refused") {
    log.firstRefused ??= call;
  }
}

function countAfterReturn(log: Mutable, call: Call): void {
  switch (call.outcome) {
    case "accepted":
      log.accepted += 1;
      if (log.firstAccepted.length < examplesMax) log.firstAccepted.push(call);
      return;
    case "refused":
      log.refused += 1;
      return;
    case "error":
      log.errors += 1;
  }
}
