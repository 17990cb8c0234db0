import { setTimeout as sleep } from "node:timers/promises";
import type { Violation } from "../simulation/history.ts";
import { Chance } from "../simulation/chance.ts";
import type { NemesisOptions } from "./arguments.ts";
import { Cluster } from "./cluster.ts";
import { eventOf, nodeName, victimOf } from "./fault.ts";
import { planFaults, type FaultRound, type PlannedFault } from "./fault-plan.ts";
import { inject } from "./inject.ts";
import type { NodeReport, Versions } from "./report.ts";
import { RunHistory } from "./run-history.ts";
import { ServiceRecord, type Span } from "./service-record.ts";

/** What a run is doing, for whoever waits for it. */
export interface NemesisWatcher {
  phase(words: string): void;
  /** Called several times a second while clients work. */
  progress(state: NemesisProgress): void;
  /** Every report as it came, to be kept as evidence. */
  reported(life: string, report: NodeReport): void;
}

export interface NemesisProgress {
  readonly passedMs: number;
  readonly totalMs: number;
  readonly reads: number;
  readonly writes: number;
  readonly activeFaults: readonly string[];
}

export interface NemesisOutcome {
  readonly violations: readonly Violation[];
  readonly service: ServiceRecord;
  /** From when all nodes were ready until clients were told to stop. */
  readonly work: Span;
  readonly nodes: number;
}

const nodeCount = 3;
const ids = ["a", "b", "c", "d", "e", "f", "g", "h"];
const clientsANode = 6;

const readyTimeoutMs = 60_000;
const clientsEndTimeoutMs = 60_000;
/** Rows must be served from the cache again, on every node, so long after everything was mended. */
const recoveryTimeoutMs = 60_000;
const auditTimeoutMs = 20_000;
const auditEveryMs = 500;
const progressEveryMs = 250;

/** The faults that a seed chooses for a run. */
export function planOf({ seed, minutes }: NemesisOptions): FaultRound[] {
  return planFaults(new Chance(seed), nodeCount, minutes * 60_000);
}

/**
 * Lets clients work on real nodes while faults come and go, mends everything, looks for what is
 * stale, and judges all that was read.
 *
 * @param interruption ends the faults and the work early; the verdict is on what was done so far.
 * @throws when the run itself could not be carried out.
 */
export async function runNemesis(
  options: NemesisOptions,
  watcher: NemesisWatcher,
  interruption: AbortSignal,
): Promise<NemesisOutcome> {
  const run = new NemesisRun(options, watcher, interruption);
  return await run.tell();
}

class NemesisRun {
  readonly #options: NemesisOptions;
  readonly #watcher: NemesisWatcher;
  readonly #interruption: AbortSignal;
  readonly #history = new RunHistory();
  readonly #service = new ServiceRecord(nodeCount);
  readonly #activeFaults = new Set<string>();
  /** Called with every report, to wait for those that come once. */
  readonly #waiting = new Set<(node: number, report: NodeReport) => void>();

  constructor(options: NemesisOptions, watcher: NemesisWatcher, interruption: AbortSignal) {
    this.#options = options;
    this.#watcher = watcher;
    this.#interruption = interruption;
  }

  async tell(): Promise<NemesisOutcome> {
    this.#watcher.phase("Starting Postgres, two Redis servers, and the nodes.");
    await using cluster = await this.#startCluster();
    const startMs = cluster.nowMs();
    this.#watcher.phase("Clients at work; faults come and go.");
    await this.#rage(cluster);
    const work = { startMs, endMs: cluster.nowMs() };
    this.#watcher.phase("Everything is mended. Waiting for what is under way to end.");
    await this.#stopClients(cluster);
    await cluster.waitForOpenTransactions();
    const versions = await cluster.versions();
    this.#watcher.phase("Reading every row on every node.");
    await this.#audit(cluster, versions);
    await cluster.stopNodes();
    this.#watcher.phase("Judging every read.");
    const violations = this.#history.violations(versions);
    return { violations, service: this.#service, work, nodes: nodeCount };
  }

  async #startCluster(): Promise<Cluster> {
    await using starting = new AsyncDisposableStack();
    const cluster = starting.use(
      await Cluster.start({
        cache: this.#options.cache,
        nodes: nodeCount,
        ids,
        listener: {
          reported: (node, life, report) => this.#reported(node, life, report),
          ended: (_node, life, isExpected, how) => {
            this.#history.processEnded(life);
            if (!isExpected) this.#history.wrong("a process ended by itself", `${life}: ${how}`);
          },
        },
      }),
    );
    const ready = this.#nextOfEachNode((report) => report.kind === "ready", readyTimeoutMs);
    for (const node of cluster.slots.keys()) await cluster.startNode(node);
    const silent = await ready;
    if (silent.length > 0) throw new Error(`${silent.join(", ")} did not start`);
    starting.move();
    return cluster;
  }

  /** Faults until the time is over, and then quiet until it is. */
  async #rage(cluster: Cluster): Promise<void> {
    const totalMs = this.#options.minutes * 60_000;
    const ticker = setInterval(() => this.#tellProgress(cluster.nowMs(), totalMs), progressEveryMs);
    try {
      for (const round of planOf(this.#options)) {
        await this.#pause(round.quietMs);
        if (this.#interruption.aborted || cluster.nowMs() >= totalMs) break;
        await Promise.all(round.faults.map((planned) => this.#carryOut(cluster, planned)));
      }
      await this.#pause(totalMs - cluster.nowMs());
    } finally {
      clearInterval(ticker);
    }
  }

  async #carryOut(cluster: Cluster, { fault, delayMs, durationMs }: PlannedFault): Promise<void> {
    await this.#pause(delayMs);
    if (this.#interruption.aborted) return;
    const [victim, event] = [victimOf(fault), eventOf(fault)];
    const words = `${victim}: ${event}`;
    const ended = this.#service.faultBegan(victim, event, cluster.nowMs());
    this.#activeFaults.add(words);
    await inject(cluster, fault, durationMs, (ms) => this.#pause(ms));
    this.#activeFaults.delete(words);
    ended(cluster.nowMs());
  }

  /** Every operation must end, once nothing stands in its way. */
  async #stopClients(cluster: Cluster): Promise<void> {
    const ends = cluster.slots.flatMap((_slot, node) =>
      Array.from({ length: clientsANode }, (_none, client) =>
        this.#history.begin(`the last operation of client ${client + 1} of ${nodeName(node)}`),
      ).map((end) => ({ node, end })),
    );
    const allEnded = this.#waitFor((node, report) => {
      if (report.kind !== "client_ended") return false;
      const index = ends.findIndex((open) => open.node === node);
      for (const { end } of index === -1 ? [] : ends.splice(index, 1)) end();
      return ends.length === 0;
    }, clientsEndTimeoutMs);
    for (const { process } of cluster.slots) process?.command("stop");
    await allEnded;
  }

  /**
   * Now that nobody writes, every node must read what Postgres holds, and soon from a cache: a fence
   * that nobody removes would send reads to Postgres for good.
   */
  async #audit(cluster: Cluster, versions: Versions): Promise<void> {
    const deadlineMs = cluster.nowMs() + recoveryTimeoutMs;
    for (;;) {
      const uncached = new Set<number>();
      const silent = this.#nextOfEachNode((report, node) => {
        if (report.kind !== "audited") return false;
        if (report.versions === undefined || report.isCached === false) uncached.add(node);
        if (report.versions !== undefined) this.#compare(node, report.versions, versions);
        return true;
      }, auditTimeoutMs);
      for (const { process } of cluster.slots) process?.command("audit");
      for (const name of await silent) {
        this.#history.wrong("an operation did not end", `${name} did not answer the audit`);
      }
      if (uncached.size === 0) return;
      if (cluster.nowMs() > deadlineMs) {
        const names = [...uncached].map((node) => nodeName(node)).join(", ");
        const seconds = recoveryTimeoutMs / 1000;
        this.#history.wrong(
          "the cache is not used again",
          `${names} still read from Postgres, or not at all, ${seconds} s after everything was mended`,
        );
        return;
      }
      await sleep(auditEveryMs);
    }
  }

  #compare(node: number, read: Versions, expected: Versions): void {
    for (const [id, version] of Object.entries(expected)) {
      if (read[id] === version) continue;
      this.#history.wrong(
        "not what Postgres holds at the end",
        `${nodeName(node)} read ${id} version ${read[id] ?? "none"}, Postgres holds ${version}`,
      );
    }
  }

  #reported(node: number, life: string, report: NodeReport): void {
    this.#history.reported(life, report);
    this.#service.reported(node, report);
    this.#watcher.reported(life, report);
    for (const see of this.#waiting) see(node, report);
  }

  /** @returns the names of the nodes from which no such report came in time. */
  async #nextOfEachNode(
    isMeant: (report: NodeReport, node: number) => boolean,
    timeoutMs: number,
  ): Promise<string[]> {
    const missing = new Set(Array.from({ length: nodeCount }, (_none, node) => node));
    await this.#waitFor((node, report) => {
      if (missing.has(node) && isMeant(report, node)) missing.delete(node);
      return missing.size === 0;
    }, timeoutMs);
    return [...missing].map((node) => nodeName(node));
  }

  /** Resolves when `isLast` says so of a report, or when the time is over. */
  #waitFor(
    isLast: (node: number, report: NodeReport) => boolean,
    timeoutMs: number,
  ): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(see);
        resolve();
      };
      const see = (node: number, report: NodeReport): void => {
        if (isLast(node, report)) done();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#waiting.add(see);
    });
  }

  #tellProgress(passedMs: number, totalMs: number): void {
    this.#watcher.progress({
      passedMs: Math.min(totalMs, passedMs),
      totalMs,
      reads: this.#service.count("read"),
      writes: this.#service.count("write"),
      activeFaults: [...this.#activeFaults],
    });
  }

  async #pause(ms: number): Promise<void> {
    if (ms <= 0) return;
    await sleep(ms, undefined, { signal: this.#interruption }).catch(() => undefined);
  }
}
