import type { RunArguments } from "./arguments.ts";
import { runComparison } from "./compare/run-comparison.ts";
import { describeMachine } from "./machine.ts";
import type { Progress } from "./progress.ts";
import type { Comparison, GoalResult, Results } from "./results.ts";
import { createScenarioRecord, type Measured } from "./scenarios/scenario-record.ts";
import type {
  Scenario,
  ScenarioContext,
  ScenarioOutcome,
  ServiceElsewhere,
} from "./scenarios/scenario.ts";
import { findProcessors, planCpus } from "./stage/cpu-plan.ts";
import { startServers, type Servers } from "./stage/servers.ts";
import { openStage } from "./stage/stage.ts";

export interface LoadtestOptions {
  readonly arguments: RunArguments;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** For a service that runs already. */
  readonly service: ServiceElsewhere | undefined;
}

export interface LoadtestOutcome {
  readonly results: Results;
  /** A promise was broken, or a part of it failed. */
  readonly hasFailed: boolean;
}

/** Runs one scenario after the other, then the comparison. What was measured is kept whatever comes. */
export async function runLoadtest(options: LoadtestOptions): Promise<LoadtestOutcome> {
  const { arguments: wanted, signal } = options;
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const run = new Run(options);
  try {
    await (wanted.elsewhere === undefined ? run.here() : run.elsewhere(wanted.elsewhere.url));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const left = wanted.scenarios.length - run.outcomes.length;
  const notBegun = left > 0 ? `; ${left} scenarios were not begun` : "";
  return {
    hasFailed: run.hasFailed,
    results: {
      startedAt,
      seconds: (performance.now() - startedMs) / 1000,
      circumstances: [...new Set(run.circumstances)],
      isShort: wanted.isShort,
      cutShort: signal.aborted ? `It was interrupted${notBegun}.` : run.cutShort,
      scenarios: run.outcomes.map(({ result }) => result),
      comparison: run.comparison,
      goals: [...run.outcomes.flatMap(({ goals }) => goals), ...run.goals],
    },
  };
}

/** A load test under way. */
class Run {
  readonly circumstances: string[] = [...describeMachine()];
  readonly outcomes: ScenarioOutcome[] = [];
  readonly goals: GoalResult[] = [];
  comparison: Comparison | undefined;
  cutShort: string | undefined;
  hasFailed = false;
  readonly #options: LoadtestOptions;

  constructor(options: LoadtestOptions) {
    this.#options = options;
  }

  async here(): Promise<void> {
    const { scenarios, compares } = this.#options.arguments;
    this.#options.progress.phase("Starting Postgres");
    await using servers = await startServers();
    for (const [index, scenario] of scenarios.entries()) {
      this.#begin(scenario, index);
      await this.#runHere(servers, scenario);
    }
    if (compares) await this.#compare(servers);
  }

  async elsewhere(url: string): Promise<void> {
    this.circumstances.push(`The service is at ${url}; what it runs on is not known here`);
    const service = this.#options.service ?? { logIn: undefined };
    for (const [index, scenario] of this.#options.arguments.scenarios.entries()) {
      this.#begin(scenario, index);
      const measured = { targets: () => [url], generatorCpu: undefined, readCounters: undefined };
      await this.#record(scenario, measured, async (context) => {
        await scenario.runElsewhere?.(service, context);
      });
    }
  }

  /** A stage that cannot be set, or cleared away, does not take what was measured with it. */
  async #runHere(servers: Servers, scenario: Scenario): Promise<void> {
    const { nodes = this.#usualNodes(), title } = scenario;
    const { signal } = this.#options;
    try {
      const { first, most } = nodes;
      await using stage = await openStage(servers, { nodes: first, nodesMax: most, signal });
      const where = most === 1 ? "With 1 node" : `With up to ${most} nodes`;
      this.circumstances.push(...(await stage.circumstances()), `${where}: ${stage.cpus.inWords}`);
      const { targets, readCounters, cpus } = stage;
      const measured = { targets, readCounters, generatorCpu: cpus.generator };
      await this.#record(scenario, measured, (context) => scenario.run(stage, context));
    } catch (error) {
      if (signal.aborted) throw error;
      this.#fail(`The servers for "${title}" failed: ${reasonOf(error)}`);
    }
  }

  #usualNodes(): NonNullable<Scenario["nodes"]> {
    const { nodes } = this.#options.arguments;
    return { first: nodes, most: nodes };
  }

  /** One that fails does not take the others with it; one that is interrupted ends the run. */
  async #record(
    scenario: Scenario,
    measured: Measured,
    work: (context: ScenarioContext) => Promise<void>,
  ): Promise<void> {
    const { arguments: options, signal, progress } = this.#options;
    const { context, outcome } = createScenarioRecord({
      ...measured,
      scenario,
      options,
      signal,
      say: progress.say,
    });
    try {
      await work(context);
    } catch (error) {
      if (signal.aborted) {
        context.find("plain", "It was interrupted: what is here was measured until then.");
        throw error;
      }
      this.#fail(`${scenario.title} could not be measured to its end: ${reasonOf(error)}`);
      context.find("bad", `It could not be measured to its end: ${reasonOf(error)}`);
    } finally {
      this.outcomes.push(outcome());
      if (outcome().hasBrokenPromise) this.hasFailed = true;
    }
  }

  async #compare(servers: Servers): Promise<void> {
    const { arguments: options, signal, progress } = this.#options;
    progress.phase("Beside other ways to check who calls");
    const cpus = planCpus(findProcessors(), 1);
    await using pair = await servers.openPair(cpus.servers);
    const [server] = cpus.nodes;
    const { generator } = cpus;
    try {
      const { comparison, goals } = await runComparison({
        servers: { postgresUrl: pair.postgresUrl, redisUrl: pair.redisUrl },
        isShort: options.isShort,
        ...(server !== undefined && generator !== undefined && { cpu: { server, generator } }),
        onProgress: (done, total, what) => progress.say(`${what}: ${done} of ${total}`),
        signal,
      });
      this.comparison = comparison;
      this.goals.push(...goals);
    } catch (error) {
      if (signal.aborted) throw error;
      this.#fail(`The comparison could not be made: ${reasonOf(error)}`);
    }
  }

  #begin({ title }: Scenario, index: number): void {
    const { arguments: options, signal, progress } = this.#options;
    signal.throwIfAborted();
    progress.phase(`${index + 1} of ${options.scenarios.length}: ${title}`);
  }

  #fail(why: string): void {
    this.hasFailed = true;
    this.cutShort = this.cutShort === undefined ? why : `${this.cutShort} ${why}`;
  }
}

/** The first line: what a process wrote besides stays out of the page. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}
