import { LatencyHistogram } from "./latency-histogram.ts";
import { NumberColumn } from "./number-column.ts";
import type { NodeReport } from "./report.ts";

export type OperationKind = "read" | "write";

/** A stretch of time in which something was not as it should be. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A fault as it happened. */
export interface FaultSpan extends Span {
  /** Its lane on the timeline. */
  readonly victim: string;
  readonly event: string;
}

/** A fault is felt this long after it was mended: a lease, and the time to find one another again. */
export const aftermathMs = 3000;

interface Latencies {
  readonly quiet: LatencyHistogram;
  readonly underFault: LatencyHistogram;
}

/** How well the nodes served: counts, times and latencies, whatever the answers were. */
export class ServiceRecord {
  readonly latencies: Readonly<Record<OperationKind, Latencies>> = {
    read: { quiet: new LatencyHistogram(), underFault: new LatencyHistogram() },
    write: { quiet: new LatencyHistogram(), underFault: new LatencyHistogram() },
  };
  /** How often each outcome came, such as `read failed: deadline_exceeded`. */
  readonly outcomes: Map<string, number> = new Map();
  /** How often each event came, of those that caches told. */
  readonly events: Map<string, number> = new Map();
  readonly #faults: FaultSpan[] = [];
  readonly #underWay = new Set<{ startMs: number }>();
  readonly #servedAtMs: Readonly<Record<OperationKind, readonly NumberColumn[]>>;

  constructor(nodes: number) {
    const columns = (): NumberColumn[] => Array.from({ length: nodes }, () => new NumberColumn());
    this.#servedAtMs = { read: columns(), write: columns() };
  }

  get faults(): readonly FaultSpan[] {
    return this.#faults;
  }

  reported(node: number, report: NodeReport): void {
    switch (report.kind) {
      case "read":
        add(this.outcomes, "reads served");
        return this.#served("read", node, report);
      case "read_failed":
        return add(this.outcomes, `reads failed: ${report.reason}`);
      case "write":
        if (report.outcome === "committed") {
          add(this.outcomes, "writes committed");
          return this.#served("write", node, report);
        }
        return add(
          this.outcomes,
          `writes ${report.outcome}: ${report.reason ?? "no reason given"}`,
        );
      case "event":
        return add(this.events, report.name);
      case "ready":
      case "prepared":
      case "client_ended":
      case "audited":
        return;
    }
  }

  /** Notes the beginning of a fault; the returned function notes its end. */
  faultBegan(victim: string, event: string, startMs: number): (endMs: number) => void {
    const underWay = { startMs };
    this.#underWay.add(underWay);
    return (endMs) => {
      this.#underWay.delete(underWay);
      this.#faults.push({ victim, event, startMs, endMs });
    };
  }

  count(kind: OperationKind): number {
    return sum(this.#servedAtMs[kind].map((column) => column.values().length));
  }

  /** Operations served in each stretch of `bucketMs` from 0 to `endMs`, over all nodes. */
  served(kind: OperationKind, bucketMs: number, endMs: number): number[] {
    const buckets = Array.from({ length: Math.ceil(endMs / bucketMs) }, () => 0);
    for (const column of this.#servedAtMs[kind]) {
      for (const atMs of column.values()) {
        const bucket = Math.floor(atMs / bucketMs);
        const count = buckets[bucket];
        if (atMs < endMs && count !== undefined) buckets[bucket] = count + 1;
      }
    }
    return buckets;
  }

  /** The longest time without a served operation, of one node or of all together. */
  longestGap(kind: OperationKind, node: number | "all", whole: Span): Span {
    const columns = this.#servedAtMs[kind].filter(
      (_column, index) => node === "all" || node === index,
    );
    const times = new Float64Array(sum(columns.map((column) => column.values().length)));
    let offset = 0;
    for (const column of columns) {
      times.set(column.values(), offset);
      offset += column.values().length;
    }
    return longestGapIn(times.toSorted(), whole);
  }

  #served(kind: OperationKind, node: number, { startMs, endMs }: Span): void {
    this.#servedAtMs[kind][node]?.push(endMs);
    const { quiet, underFault } = this.latencies[kind];
    (this.#isFeltDuring(startMs, endMs) ? underFault : quiet).add(endMs - startMs);
  }

  #isFeltDuring(startMs: number, endMs: number): boolean {
    if ([...this.#underWay].some((fault) => fault.startMs <= endMs)) return true;
    for (let index = this.#faults.length - 1; index >= 0; index -= 1) {
      const fault = this.#faults[index];
      if (fault === undefined || fault.endMs + 2 * aftermathMs < startMs) return false;
      if (fault.startMs <= endMs && fault.endMs + aftermathMs >= startMs) return true;
    }
    return false;
  }
}

/** @param times in ascending order. */
function longestGapIn(times: Float64Array, whole: Span): Span {
  let longest: Span = { startMs: whole.startMs, endMs: whole.startMs };
  let lastMs = whole.startMs;
  const until = (timeMs: number): void => {
    if (timeMs < whole.startMs || timeMs > whole.endMs) return;
    if (timeMs - lastMs > longest.endMs - longest.startMs) {
      longest = { startMs: lastMs, endMs: timeMs };
    }
    lastMs = timeMs;
  };
  times.forEach(until);
  until(whole.endMs);
  return longest;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
