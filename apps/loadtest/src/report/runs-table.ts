import type { Latency, LoadRun } from "../results.ts";
import { type Html, html, type HtmlPart } from "./html.ts";
import { count, figures, percent } from "./numbers.ts";
import { type Row, table } from "./table.ts";

/** What was asked, and how soon it was answered; where a load has several kinds, by kind too. */
export function runsTable(runs: readonly LoadRun[]): Html {
  return table(
    "Load and latency",
    [
      { name: "Run" },
      { name: "Wanted", unit: "/s" },
      { name: "Sent", unit: "/s" },
      { name: "Requests" },
      { name: "Failed" },
      ...["p50", "p90", "p99", "p99.9", "max"].map((name) => ({ name, unit: "ms" })),
    ],
    runs.flatMap((run) => [runRow(run), ...kindRows(run)]),
    true,
  );
}

/** What a request cost the service's side; undefined where that is not known of any run. */
export function costTable(runs: readonly LoadRun[]): Html | undefined {
  const known = runs.flatMap(({ label, cost }) => (cost === undefined ? [] : [{ label, cost }]));
  if (known.length === 0) return undefined;
  return table(
    "Cost to the service",
    [
      { name: "Run" },
      { name: "Nodes" },
      { name: "CPU", unit: "µs/request" },
      { name: "Cores in use" },
      { name: "Redis commands", unit: "/request" },
      { name: "Postgres statements", unit: "/request" },
      { name: "Memory", unit: "MiB" },
      { name: "Event-loop delay p50", unit: "ms" },
      { name: "p99", unit: "ms" },
      { name: "max", unit: "ms" },
    ],
    known.map(({ label, cost }) => ({
      cells: [
        label,
        count(cost.nodes),
        ...[
          cost.cpuMicrosPerRequest,
          cost.cpuShare,
          cost.redisCommandsPerRequest,
          cost.postgresStatementsPerRequest,
          cost.memoryMiB,
          cost.eventLoopDelayMs.p50,
          cost.eventLoopDelayMs.p99,
          cost.eventLoopDelayMs.max,
        ].map((value) => figures(value)),
      ],
    })),
    true,
  );
}

/** How many requests failed, by what became of them; undefined where none did. */
export function failuresTable(runs: readonly LoadRun[]): Html | undefined {
  const rows = runs.flatMap((run) =>
    Object.entries(run.failures)
      .filter(([, number]) => number > 0)
      .toSorted(([, one], [, other]) => other - one)
      .map(([what, number]) => ({
        cells: [run.label, what, count(number), percent(number / Math.max(run.requests, 1))],
      })),
  );
  if (rows.length === 0) return undefined;
  return table(
    "Failures",
    [{ name: "Run" }, { name: "What", align: "text" }, { name: "Requests" }, { name: "Of all" }],
    rows,
    true,
  );
}

export function failedOf({ failures }: LoadRun): number {
  return Object.values(failures).reduce((sum, number) => sum + number, 0);
}

function runRow(run: LoadRun): Row {
  const { loop, connections, wantedPerSecond, requestsPerSecond, requests } = run;
  const failed = failedOf(run);
  const isDoubtful = run.generatorTrouble !== undefined;
  return {
    isDoubtful,
    cells: [
      html`${run.label}${isDoubtful ? html` <span class="badge warn">generator trouble</span>` : undefined}<small
          >${loop} loop, ${count(connections)} connections</small
        >`,
      wantedPerSecond === undefined ? "as it can" : figures(wantedPerSecond),
      figures(requestsPerSecond),
      count(requests),
      failed === 0
        ? "0"
        : html`<span class="bad-text">${count(failed)}</span
            ><small>${percent(failed / Math.max(requests, 1))}</small>`,
      ...latencyCells(run.latency),
    ],
  };
}

function kindRows(run: LoadRun): readonly Row[] {
  const kinds = Object.entries(run.latencyByKind);
  if (kinds.length < 2) return [];
  return kinds.map(([kind, latency]) => ({
    isPart: true,
    isDoubtful: run.generatorTrouble !== undefined,
    cells: [kind, "", "", count(latency.count), "", ...latencyCells(latency)],
  }));
}

/** Of no answer there is no time. */
function latencyCells({ count: answers, p50, p90, p99, p999, max }: Latency): readonly HtmlPart[] {
  return [p50, p90, p99, p999, max].map((ms) => (answers === 0 ? "–" : figures(ms)));
}
