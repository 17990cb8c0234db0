import { AbortedRunError, runLoad } from "../generator/run-load.ts";
import type { LoadOutcome, LoadPlan } from "../load.ts";
import type { Cost, Finding, GoalResult, LoadRun } from "../results.ts";
import { costOf, type StageCounters } from "../stage/cost.ts";
import { judgeGoal, notMeasured } from "./goals.ts";
import type {
  Load,
  LoadOptions,
  MeasuredLoad,
  Scenario,
  ScenarioContext,
  ScenarioOutcome,
} from "./scenario.ts";

/** Where loads go, and what can be known of those who answer. */
export interface Measured {
  readonly targets: () => readonly string[];
  readonly generatorCpu: number | undefined;
  /** Undefined for a service elsewhere. */
  readonly readCounters: (() => Promise<StageCounters>) | undefined;
}

export interface RecordOptions extends Measured {
  readonly scenario: Scenario;
  readonly options: LoadOptions;
  readonly signal: AbortSignal;
  readonly say: (what: string) => void;
}

const usualSeconds = 10;
const usualConnections = 32;
const warmUpSeconds = 2;
const shortSeconds = 1;
const shortWarmUpSeconds = 0.3;

/** The context of a scenario, which keeps all it measures as it goes: also if it ends halfway. */
export interface ScenarioRecord {
  readonly context: ScenarioContext;
  readonly outcome: () => ScenarioOutcome;
}

export function createScenarioRecord({
  scenario: { name, title, what },
  options,
  signal,
  say,
  ...measured
}: RecordOptions): ScenarioRecord {
  const runs: LoadRun[] = [];
  const findings: Finding[] = [];
  const goals: GoalResult[] = [];
  let hasBrokenPromise = false;
  const find = (tone: Finding["tone"], text: string): void => void findings.push({ tone, text });

  async function load(wanted: Load): Promise<MeasuredLoad> {
    signal.throwIfAborted();
    const plan = planOf(wanted, options, measured.targets());
    const told = (at: number): void =>
      say(`${title}: ${plan.label}, ${at.toFixed(0)} of ${plan.seconds} s`);
    told(0);
    const meter = createMeter(measured.readCounters);
    const keep = async ({ run, report }: LoadOutcome): Promise<MeasuredLoad> => {
      const withCost = { ...run, cost: await meter.costOf(run.requests) };
      runs.push(withCost);
      return { run: withCost, report };
    };
    try {
      const outcome = await runLoad(
        plan,
        ({ atSeconds, seconds }) => {
          meter.note(atSeconds, seconds);
          told(atSeconds);
        },
        { cpu: measured.generatorCpu, signal },
      );
      return await keep(outcome);
    } catch (error) {
      if (error instanceof AbortedRunError && error.outcome !== undefined) {
        await keep({
          ...error.outcome,
          run: { ...error.outcome.run, label: `${plan.label} (cut short)` },
        });
      }
      throw error;
    }
  }

  return {
    context: {
      options,
      signal,
      load,
      say: (text) => say(`${title}: ${text}`),
      find,
      findBrokenPromise(text) {
        hasBrokenPromise = true;
        find("bad", text);
      },
      judge(wanted, rounds) {
        goals.push(
          options.isShort
            ? notMeasured(wanted, "a short run says nothing")
            : judgeGoal(wanted, rounds),
        );
      },
      leaveUnmeasured: (wanted, why) => void goals.push(notMeasured(wanted, why)),
    },
    outcome: () => ({ result: { name, title, what, runs, findings }, goals, hasBrokenPromise }),
  };
}

function planOf(load: Load, options: LoadOptions, targets: readonly string[]): LoadPlan {
  const { isShort } = options;
  const connections = options.connections ?? load.connections ?? usualConnections;
  return {
    label: load.label,
    source: load.source.href,
    settings: load.settings,
    targets,
    connections: Math.max(connections, targets.length),
    loop:
      load.loop === "closed"
        ? { kind: "closed" }
        : { kind: "open", requestsPerSecond: options.rate ?? load.loop },
    seconds: options.seconds ?? (isShort ? shortSeconds : (load.seconds ?? usualSeconds)),
    warmUpSeconds: isShort ? shortWarmUpSeconds : warmUpSeconds,
  };
}

interface Meter {
  readonly note: (atSeconds: number, seconds: number) => void;
  readonly costOf: (requests: number) => Promise<Cost | undefined>;
}

/** Reads the counters when the time that counts begins, and when it ends. */
function createMeter(readCounters: (() => Promise<StageCounters>) | undefined): Meter {
  if (readCounters === undefined) {
    return { note: () => undefined, costOf: () => Promise.resolve(undefined) };
  }
  let before: Promise<StageCounters> | undefined;
  let after: Promise<StageCounters> | undefined;
  const read = (): Promise<StageCounters> => {
    const counters = readCounters();
    // It is looked at later, and a rejection may come before.
    counters.catch(() => undefined);
    return counters;
  };
  return {
    note(atSeconds, seconds) {
      before ??= read();
      if (atSeconds >= seconds) after ??= read();
    },
    async costOf(requests) {
      if (before === undefined) return undefined;
      return costOf(await before, await (after ?? read()), requests);
    },
  };
}
