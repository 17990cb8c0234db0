import { setTimeout as sleep } from "node:timers/promises";
import type { LoadOutcome, LoadPlan, RequestSource } from "../load.ts";
import { generatorTrouble } from "./generator-trouble.ts";
import { usualLimits, type Limits } from "./limits.ts";
import { startMeter, type Usage } from "./meter.ts";
import { openMetronome } from "./metronome.ts";
import { Recorder } from "./recorder.ts";
import { startTraffic, type Pace } from "./traffic.ts";

export interface LoadProgress {
  /** Since the warm-up was over. */
  readonly atSeconds: number;
  readonly seconds: number;
  readonly requests: number;
  readonly failed: number;
}

export interface GenerateOptions {
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Limits | undefined;
}

/** A load that was put on; not whole when it was aborted before it had ended. */
export interface GeneratedLoad {
  readonly outcome: LoadOutcome;
  readonly isWhole: boolean;
}

const sweepMs = 100;
const drainMs = 5;
const progressMs = 500;

/**
 * Puts a load on the targets from this process.
 *
 * What counts are the requests that were due after the warm-up and before the end (in a closed loop:
 * handed to their connection then), all of them: those under way at the end are waited for, until their
 * deadline. Latencies are those of all that were answered, well or not, and of those that timed out, at
 * the moment they were given up; what was dropped, or lost with its connection, has none. The latency of
 * an open loop counts from when the request was due, that of a closed loop from when it was sent.
 * `requestsPerSecond` is of answers as they should be, that came in the time that counts.
 *
 * An aborted load ends at once, and what is under way does not count.
 *
 * @throws what the source throws.
 */
export async function generateLoad(
  plan: LoadPlan,
  source: RequestSource,
  { onProgress, signal, limits = usualLimits }: GenerateOptions = {},
): Promise<GeneratedLoad> {
  const pace = await preparePace(plan.loop);
  const startMs = performance.now();
  const fromMs = startMs + plan.warmUpSeconds * 1000;
  const untilMs = fromMs + plan.seconds * 1000;
  const recorder = new Recorder(fromMs, untilMs, limits.requestTimeoutMs);
  const fault = new AbortController();
  const onFault = (error: unknown): void => fault.abort(error);
  const ending = AbortSignal.any([fault.signal, ...(signal === undefined ? [] : [signal])]);
  const secondsUntil = (nowMs: number): number =>
    Math.min(plan.seconds, Math.max(0, (nowMs - fromMs) / 1000));

  function tellProgress(atSeconds: number): void {
    const { requests, failed } = recorder;
    onProgress?.({ atSeconds, seconds: plan.seconds, requests, failed });
  }

  const traffic = startTraffic({
    plan,
    source,
    limits,
    pace,
    startMs,
    untilMs,
    recorder,
    onFault,
  });
  const sweeper = setInterval(traffic.sweep, sweepMs);
  let teller: NodeJS.Timeout | undefined;
  let meter: (() => Usage) | undefined;
  let usage: Usage = { cpuShare: 0, loopShare: 0 };
  let seconds = 0;
  let isWhole = false;
  try {
    await sleepUntil(fromMs, ending);
    meter = startMeter();
    tellProgress(0);
    teller = setInterval(() => tellProgress(secondsUntil(performance.now())), progressMs);
    await sleepUntil(untilMs, ending);
    usage = meter();
    clearInterval(teller);
    tellProgress(plan.seconds);
    while (!traffic.isDone()) await sleep(drainMs, undefined, { signal: ending });
    isWhole = true;
  } catch (error) {
    if (!ending.aborted) throw error;
    usage = meter?.() ?? usage;
  } finally {
    seconds = secondsUntil(performance.now());
    clearInterval(sweeper);
    clearInterval(teller);
    await traffic.stop();
    if (pace.kind === "open") await pace.metronome.stop();
  }
  fault.signal.throwIfAborted();

  const { goodAnswers, ...recorded } = recorder.finish(seconds);
  const { late, ...punctuality } = traffic.punctuality;
  const wantedPerSecond = plan.loop.kind === "open" ? plan.loop.requestsPerSecond : undefined;
  return {
    isWhole,
    outcome: {
      run: {
        label: plan.label,
        loop: plan.loop.kind,
        connections: plan.connections,
        wantedPerSecond,
        seconds,
        requestsPerSecond: seconds === 0 ? 0 : goodAnswers / seconds,
        ...recorded,
        generatorTrouble: generatorTrouble({
          ...punctuality,
          ...usage,
          wantedPerSecond,
          seconds,
          connections: plan.connections,
          lateP99Ms: late.quantileMs(0.99),
          latencyP99Ms: recorded.latency.p99,
        }),
      },
      report: source.report?.(),
    },
  };
}

async function preparePace(loop: LoadPlan["loop"]): Promise<Pace> {
  return loop.kind === "closed" ? loop : { ...loop, metronome: await openMetronome() };
}

async function sleepUntil(atMs: number, signal: AbortSignal): Promise<void> {
  // A timer may be early by a part of a millisecond.
  for (let leftMs = atMs - performance.now(); leftMs > 0; leftMs = atMs - performance.now()) {
    await sleep(leftMs, undefined, { signal });
  }
}
