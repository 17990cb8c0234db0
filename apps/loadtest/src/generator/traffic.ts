import type { LoadAnswer, LoadPlan, RequestSource } from "../load.ts";
import { Arrivals } from "./arrivals.ts";
import { startClosedLoop } from "./closed-loop.ts";
import { openConnections } from "./connection-pool.ts";
import type { Connection, Exchange } from "./connection.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import type { Limits } from "./limits.ts";
import type { LoadLoop } from "./load-loop.ts";
import type { Metronome } from "./metronome.ts";
import { startOpenLoop } from "./open-loop.ts";
import type { Recorder } from "./recorder.ts";

/** Requests on their way. */
export interface Traffic {
  readonly punctuality: Punctuality;
  /** Gives up what is late; to be called now and then. */
  readonly sweep: () => void;
  /** Nothing is under way, nor will be. */
  readonly isDone: () => boolean;
  /** Drops what is under way. */
  readonly stop: () => Promise<void>;
}

/** Of what counts: how many were due, and sent before the time was over. */
export interface Punctuality {
  due: number;
  sentInTime: number;
  dropped: number;
  /** How much later than due a request was seen to be so, whether or not a connection was free. */
  readonly late: LatencyHistogram;
}

/** What an open loop needs beside its plan is ready before it begins. */
export type Pace =
  | { readonly kind: "closed" }
  | {
      readonly kind: "open";
      readonly requestsPerSecond: number;
      readonly metronome: Metronome;
    };

export interface TrafficOptions {
  readonly plan: LoadPlan;
  readonly source: RequestSource;
  readonly limits: Limits;
  readonly pace: Pace;
  readonly startMs: number;
  readonly untilMs: number;
  readonly recorder: Recorder;
  /** The source threw, or its request is none that can be sent. */
  readonly onFault: (error: unknown) => void;
}

/** Sends what the source has from now on until the end, and records what becomes of it. */
export function startTraffic(options: TrafficOptions): Traffic {
  const { plan, source, limits, pace, startMs, untilMs, recorder, onFault } = options;
  const punctuality: Punctuality = {
    due: 0,
    sentInTime: 0,
    dropped: 0,
    late: new LatencyHistogram(),
  };
  const loop = startLoop();
  const pool = openConnections(plan.targets, plan.connections, limits, {
    free: loop.free,
    answered: (exchange, answer) => guard(() => addAnswer(exchange, answer)),
    unanswered: ({ request, dueAtMs }, word) => addUnanswered(request.kind, dueAtMs, word),
    faulty: onFault,
  });

  function startLoop(): LoadLoop {
    const watcher = { send, unsent: addUnsent };
    if (pace.kind === "closed") return startClosedLoop(untilMs, watcher);
    const seconds = plan.warmUpSeconds + plan.seconds;
    const arrivals = new Arrivals(startMs, seconds, pace.requestsPerSecond);
    return startOpenLoop(arrivals, pace.metronome, limits, { ...watcher, due: addDue });
  }

  function send(connection: Connection, dueAtMs: number): void {
    guard(() => {
      pool.send(connection, { request: source.next(), dueAtMs });
      if (!recorder.isCounted(dueAtMs)) return;
      if (performance.now() < untilMs) punctuality.sentInTime += 1;
    });
  }

  function addDue(dueAtMs: number, lateMs: number): void {
    if (!recorder.isCounted(dueAtMs)) return;
    punctuality.due += 1;
    punctuality.late.add(lateMs);
  }

  function addAnswer({ request, dueAtMs }: Exchange, answer: LoadAnswer): void {
    const word = request.judge(answer);
    recorder.add({
      kind: request.kind,
      dueAtMs,
      endedAtMs: answer.answeredAtMs,
      latencyMs: answer.answeredAtMs - (pace.kind === "open" ? dueAtMs : answer.sentAtMs),
      failure: word === "" ? `status ${answer.status}` : word,
    });
  }

  function addUnanswered(kind: string | undefined, dueAtMs: number, word: string): void {
    const endedAtMs = performance.now();
    const latencyMs = word === "timeout" ? endedAtMs - dueAtMs : undefined;
    recorder.add({ kind, dueAtMs, endedAtMs, latencyMs, failure: word });
  }

  function addUnsent(dueAtMs: number, word: string): void {
    if (word === "dropped" && recorder.isCounted(dueAtMs)) punctuality.dropped += 1;
    addUnanswered(undefined, dueAtMs, word);
  }

  /** Whoever calls back would take an error of the source for one of the connection. */
  function guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      onFault(error);
    }
  }

  return {
    punctuality,
    sweep() {
      const nowMs = performance.now();
      loop.giveUpLate(nowMs);
      pool.giveUpLate(nowMs);
    },
    isDone: () => loop.isDone() && pool.inFlight() === 0,
    stop: pool.close,
  };
}
