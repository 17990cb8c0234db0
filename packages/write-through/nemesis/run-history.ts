import { History, type Violation } from "../simulation/history.ts";
import type { NodeReport, ReadReport, Versions } from "./report.ts";
import { firstVersion } from "./versioned-rows.ts";
import { WriteLog } from "./write-log.ts";

/** All that processes reported of a run, and whether it was as promised. */
export class RunHistory {
  readonly #history = new History();
  readonly #writes = new WriteLog();
  /** When the first read that returned a version ended, by row and version. */
  readonly #firstReadMs = new Map<string, number[]>();
  readonly #others: Violation[] = [];

  reported(life: string, report: NodeReport): void {
    if (report.kind === "read") this.#read(life, report);
    if (report.kind === "prepared") this.#writes.prepared(life, report);
    if (report.kind === "write") this.#writes.ended(life, report);
  }

  processEnded(life: string): void {
    this.#writes.processEnded(life);
  }

  /** Notes something that must end; the returned function notes that it did. */
  begin(what: string): () => void {
    return this.#history.begin(what);
  }

  /** Something else was not as promised. */
  wrong(rule: string, detail: string): void {
    this.#others.push({ rule, detail });
  }

  /** To be called once, with what Postgres holds when nothing is under way any more. */
  violations(atTheEnd: Versions): Violation[] {
    for (const [id, last] of Object.entries(atTheEnd)) {
      // Rows were there before the clock of the run began.
      this.#history.committed(id, firstVersion, 0);
      const { windows, contradictions } = this.#writes.windows(id, firstVersion, last);
      for (const detail of contradictions) this.wrong("writes do not add up", detail);
      const firstReadMs = this.#firstReadMs.get(id) ?? [];
      for (const { version, earliestMs, latestMs } of windows) {
        // What was read had been committed, so a later read must not go back behind it, although
        // the write itself may not have returned yet, or never.
        const seenMs = Math.max(earliestMs, firstReadMs[version] ?? Infinity);
        this.#history.committed(id, version, earliestMs, Math.min(latestMs, seenMs));
      }
    }
    return [...this.#others, ...this.#history.violations()];
  }

  #read(process: string, { startMs, endMs, versions }: ReadReport): void {
    for (const [key, version] of Object.entries(versions)) {
      this.#history.read({ process, key, startMs, endMs, version });
      let firstReadMs = this.#firstReadMs.get(key);
      if (firstReadMs === undefined) {
        firstReadMs = [];
        this.#firstReadMs.set(key, firstReadMs);
      }
      firstReadMs[version] = Math.min(firstReadMs[version] ?? Infinity, endMs);
    }
  }
}
