import type { Violation } from "../simulation/history.ts";
import { commandOf, type NemesisOptions } from "./arguments.ts";
import { nodeName } from "./fault.ts";
import { clockTime, counted, lengthOfTime, minutes } from "./in-words.ts";
import type { NemesisOutcome } from "./run-nemesis.ts";
import type { FaultSpan, OperationKind, ServiceRecord, Span } from "./service-record.ts";

/** What a run showed, ready to be set in text or on a page. */
export interface Verdict {
  readonly isKept: boolean;
  readonly headline: string;
  readonly violations: readonly Violation[];
  readonly command: string;
  readonly cache: string;
  readonly workMs: number;
  /** Their names. */
  readonly nodes: readonly string[];
  readonly faults: readonly FaultSpan[];
  /** How often each outcome came, the usual ones first. */
  readonly outcomes: readonly Count[];
  /** How often each thing happened inside the caches, the most frequent first. */
  readonly events: readonly Count[];
  readonly gaps: readonly GapRow[];
  readonly latencies: readonly LatencyRow[];
  readonly plot: PlotSeries;
}

interface Count {
  readonly name: string;
  readonly count: number;
}

/** The longest time in which a node, or all of them, served nothing. */
interface GapRow {
  readonly who: string;
  readonly reads: Gap;
  readonly writes: Gap;
}

interface Gap extends Span {
  /** The faults that were there meanwhile, or shortly before. */
  readonly during: readonly string[];
}

interface LatencyRow {
  readonly what: string;
  readonly count: number;
  readonly medianMs: number | undefined;
  readonly p99Ms: number | undefined;
  readonly longestMs: number;
}

interface PlotSeries {
  readonly bucketMs: number;
  readonly readsASecond: readonly number[];
  readonly writesASecond: readonly number[];
}

/** The checker stops counting about here. */
const enoughViolations = 100;
const mostBuckets = 600;
const leastBucketMs = 1000;
/** A gap that begins so soon after a fault was mended is its doing. */
const recoveryMs = 2000;

export function verdictOf(
  options: NemesisOptions,
  { violations, service, work, nodes }: NemesisOutcome,
): Verdict {
  const bucketMs = Math.max(leastBucketMs, Math.ceil(work.endMs / mostBuckets));
  const aSecond = (kind: OperationKind): number[] =>
    service.served(kind, bucketMs, work.endMs).map((count) => (count * 1000) / bucketMs);
  return {
    isKept: violations.length === 0,
    headline: headlineOf(violations, service),
    violations,
    command: commandOf(options),
    cache: options.cache === "naive" ? "a naive write-through cache" : "@portcullis/write-through",
    workMs: work.endMs,
    nodes: Array.from({ length: nodes }, (_none, node) => nodeName(node)),
    faults: service.faults.toSorted((one, other) => one.startMs - other.startMs),
    outcomes: countsIn(service.outcomes),
    events: countsIn(service.events),
    gaps: gapsIn(service, work, nodes),
    latencies: latenciesIn(service),
    plot: { bucketMs, readsASecond: aSecond("read"), writesASecond: aSecond("write") },
  };
}

function headlineOf(violations: readonly Violation[], service: ServiceRecord): string {
  const done = `${counted(service.count("read"), "read")} and ${counted(service.count("write"), "write")} under ${counted(service.faults.length, "fault")}`;
  if (violations.length === 0) return `Every read was right: ${done}`;
  const count = counted(violations.length, "violation");
  return `${violations.length < enoughViolations ? count : `${count} or more`} in ${done}`;
}

function countsIn(counts: ReadonlyMap<string, number>): Count[] {
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .toSorted((one, other) => other.count - one.count);
}

function gapsIn(service: ServiceRecord, whole: Span, nodes: number): GapRow[] {
  const gap = (kind: OperationKind, node: number | "all"): Gap => {
    const span = service.longestGap(kind, node, whole);
    return { ...span, during: faultsAround(service.faults, span) };
  };
  const row = (who: string, node: number | "all"): GapRow => ({
    who,
    reads: gap("read", node),
    writes: gap("write", node),
  });
  return [
    row("all nodes", "all"),
    ...Array.from({ length: nodes }, (_none, node) => row(nodeName(node), node)),
  ];
}

function faultsAround(faults: readonly FaultSpan[], { startMs, endMs }: Span): string[] {
  return faults
    .filter((fault) => fault.startMs < endMs && fault.endMs + recoveryMs > startMs)
    .map(({ victim, event }) => `${victim} ${event}`);
}

function latenciesIn({ latencies }: ServiceRecord): LatencyRow[] {
  return (["read", "write"] as const).flatMap((kind) =>
    (["quiet", "underFault"] as const).map((when) => {
      const histogram = latencies[kind][when];
      return {
        what: `${kind}s, ${when === "quiet" ? "quiet" : "under fault"}`,
        count: histogram.count,
        medianMs: histogram.quantileMs(0.5),
        p99Ms: histogram.quantileMs(0.99),
        longestMs: histogram.longestMs,
      };
    }),
  );
}

const violationsInText = 10;
const faultsInText = 40;

/** The verdict for a terminal. */
export function verdictInText(verdict: Verdict): string {
  const { faults, violations } = verdict;
  const gapInText = (gap: Gap): string =>
    `${lengthOfTime(gap.endMs - gap.startMs).padStart(8)} at ${clockTime(gap.startMs)}`;
  const time = (ms: number | undefined): string =>
    (ms === undefined ? "-" : lengthOfTime(ms)).padStart(9);
  const lines = [
    "Faults",
    ...faults
      .slice(0, faultsInText)
      .map(
        ({ victim, event, startMs, endMs }) =>
          `  ${clockTime(startMs).padStart(6)}  ${lengthOfTime(endMs - startMs).padStart(8)}  ${victim}: ${event}`,
      ),
    ...moreThan(faults.length, faultsInText, "faults"),
    "",
    "Outcomes",
    ...verdict.outcomes.map(
      ({ name, count }) => `  ${count.toLocaleString("en").padStart(9)}  ${name}`,
    ),
    "",
    "Latency                      median       99 %    longest",
    ...verdict.latencies.map(
      ({ what, medianMs, p99Ms, longestMs }) =>
        `  ${what.padEnd(22)} ${time(medianMs)}  ${time(p99Ms)}  ${time(longestMs)}`,
    ),
    "",
    "Longest time without        a served read        a served write",
    ...verdict.gaps.map(
      ({ who, reads, writes }) =>
        `  ${who.padEnd(18)} ${gapInText(reads).padStart(19)}   ${gapInText(writes).padStart(19)}`,
    ),
    "",
    ...violations.slice(0, violationsInText).map(({ rule, detail }) => `  ${rule}: ${detail}`),
    ...moreThan(violations.length, violationsInText, "violations"),
    ...(violations.length > 0 ? [""] : []),
    verdict.headline,
    `${verdict.cache}, ${minutes(verdict.workMs)}. Again: ${verdict.command}`,
  ];
  return lines.join("\n");
}

function moreThan(count: number, shown: number, what: string): string[] {
  return count > shown ? [`  and ${count - shown} more ${what}: see the page`] : [];
}
