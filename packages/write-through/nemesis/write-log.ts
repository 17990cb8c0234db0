import type { PreparedReport, WriteReport } from "./report.ts";

/** When a version of a row must have come: after the earliest moment and before the latest. */
export interface VersionWindow {
  readonly version: number;
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** What was reported of one version of one row. */
interface VersionReports {
  /** Writes that returned with it; more than one is wrong. */
  committed: number;
  /** The narrowest that is known of the write that returned. */
  earliestMs: number;
  latestMs: number;
  /** When the first of the writes that may have made it, and did not say so, was about to. */
  earliestUncertainMs: number;
}

/**
 * What writers said of the versions they made.
 *
 * A write announces its versions before its commit can be sent, so a version never comes before
 * the announcement. If the write returned, it came before that. If it did not, because its outcome
 * is unknown or its process was killed, it comes at any time later or never, as a commit may wait
 * in a dead network. Only the last announcement of a write counts: attempts before it were rolled
 * back. Announcements of refused writes count for nothing, so if such a version appears, nobody
 * will have made it.
 */
export class WriteLog {
  readonly #rows = new Map<string, VersionReports[]>();
  /** The last announcement of each write that has not ended, by process and write. */
  readonly #underWay = new Map<string, Map<number, PreparedReport>>();

  prepared(life: string, report: PreparedReport): void {
    let writes = this.#underWay.get(life);
    if (writes === undefined) {
      writes = new Map();
      this.#underWay.set(life, writes);
    }
    writes.set(report.write, report);
  }

  ended(life: string, { write, outcome, endMs }: WriteReport): void {
    const announced = this.#underWay.get(life)?.get(write);
    if (announced === undefined) return;
    this.#underWay.get(life)?.delete(write);
    if (outcome === "committed") this.#committed(announced, endMs);
    if (outcome === "unknown") this.#uncertain(announced);
  }

  /** A process is gone: what it had under way may have happened. */
  processEnded(life: string): void {
    for (const announced of this.#underWay.get(life)?.values() ?? []) this.#uncertain(announced);
    this.#underWay.delete(life);
  }

  /**
   * The windows of all versions after the first, up to the one in Postgres at the end, when no
   * write is under way any more; and what cannot be true of them.
   */
  windows(
    id: string,
    firstVersion: number,
    lastVersion: number,
  ): { windows: VersionWindow[]; contradictions: string[] } {
    const reports = this.#rows.get(id) ?? [];
    const windows: VersionWindow[] = [];
    const contradictions: string[] = [];
    for (let version = firstVersion + 1; version <= lastVersion; version += 1) {
      const known = reports[version];
      const name = `${id} version ${version}`;
      if (known === undefined) {
        contradictions.push(`${name} was committed, by a write that was refused or not reported`);
        windows.push({ version, earliestMs: -Infinity, latestMs: Infinity });
        continue;
      }
      if (known.committed > 1) contradictions.push(`${known.committed} writes made ${name}`);
      const earliestMs = known.committed > 0 ? known.earliestMs : known.earliestUncertainMs;
      windows.push({ version, earliestMs, latestMs: known.latestMs });
    }
    for (let version = lastVersion + 1; version < reports.length; version += 1) {
      if ((reports[version]?.committed ?? 0) > 0) {
        contradictions.push(
          `the write of ${id} version ${version} returned, and Postgres ends at ${lastVersion}`,
        );
      }
    }
    return { windows, contradictions };
  }

  #committed({ atMs, versions }: PreparedReport, endMs: number): void {
    for (const [id, version] of Object.entries(versions)) {
      const reports = this.#reportsOf(id, version);
      reports.committed += 1;
      reports.earliestMs = Math.min(reports.earliestMs, atMs);
      reports.latestMs = Math.min(reports.latestMs, endMs);
    }
  }

  #uncertain({ atMs, versions }: PreparedReport): void {
    for (const [id, version] of Object.entries(versions)) {
      const reports = this.#reportsOf(id, version);
      reports.earliestUncertainMs = Math.min(reports.earliestUncertainMs, atMs);
    }
  }

  #reportsOf(id: string, version: number): VersionReports {
    let versions = this.#rows.get(id);
    if (versions === undefined) {
      versions = [];
      this.#rows.set(id, versions);
    }
    versions[version] ??= {
      committed: 0,
      earliestMs: Infinity,
      latestMs: Infinity,
      earliestUncertainMs: Infinity,
    };
    return versions[version];
  }
}
