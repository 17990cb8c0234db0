import type { EventListener } from "../cache-event.ts";
import type { Entropy } from "../entropy.ts";
import { verdictOf, type Look, type Verdict } from "./verdict.ts";

/** Where a read was served from, other than Postgres. */
export type AuditedSource = "near" | "store";

/** What names a row in a report. */
interface AuditedRow {
  readonly table: string;
  readonly id: string;
}

/** A value that a cache said; without it, a value may be undefined for a row that is not there. */
export interface CachedValue {
  readonly value: unknown;
}

interface AuditorOptions<Row> {
  /** The part of the reads that is audited, 0 to 1. */
  readonly fraction: number;
  /** Reads through the cache; undefined when the row came from Postgres. */
  readonly readCached: (row: Row) => Promise<CachedValue | undefined>;
  readonly readPrimary: (row: Row) => Promise<unknown>;
  readonly entropy: Entropy;
  readonly emit: EventListener;
}

export interface AuditCounters {
  audited: number;
  differences: number;
  skipped: number;
}

/**
 * Compares a part of what caches say with Postgres, behind the caller's back: nothing of it, not
 * even a fault, reaches whoever reads. One audit at a time, so that it is no load to speak of.
 */
export class Auditor<Row extends AuditedRow> {
  readonly counters: AuditCounters = { audited: 0, differences: 0, skipped: 0 };
  readonly #options: AuditorOptions<Row>;
  #running: Promise<void> | undefined;

  constructor(options: AuditorOptions<Row>) {
    this.#options = options;
  }

  get isOn(): boolean {
    return this.#options.fraction > 0;
  }

  /** Takes note of a read that a cache has just served, and perhaps audits it. */
  sample(row: Row, value: unknown, source: AuditedSource): void {
    const { fraction, entropy } = this.#options;
    if (!this.isOn || entropy.fraction() >= fraction) return;
    if (this.#running !== undefined) {
      this.counters.skipped += 1;
      return;
    }
    this.#running = this.#audit(row, value, source).finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when no audit is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #audit(row: Row, value: unknown, source: AuditedSource): Promise<void> {
    const { table, id } = row;
    try {
      const verdict = await this.#judge(row, value);
      this.counters.audited += 1;
      if (verdict !== "differs") return;
      this.counters.differences += 1;
      this.#options.emit({ kind: "audit_difference", table, id, source });
    } catch (error) {
      this.#options.emit({ kind: "audit_failed", table, id, error });
    }
  }

  async #judge(row: Row, served: unknown): Promise<Verdict> {
    const { readCached, readPrimary } = this.#options;
    const first: Look = { cached: served, primary: await readPrimary(row) };
    const later: Look[] = [];
    for (;;) {
      const verdict = verdictOf(first, ...later);
      if (verdict !== "look_again") return verdict;
      const cached = await readCached(row);
      // The cache does not say it any more, so there is nothing left to compare.
      if (cached === undefined) return "changing";
      later.push({ cached: cached.value, primary: await readPrimary(row) });
    }
  }
}
