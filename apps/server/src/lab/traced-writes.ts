import { randomUUID } from "node:crypto";
import type { CacheKey, WriteTrace } from "@portcullis/write-through";

export const maxTracedWrites = 100;
const tracedMs = 60_000;

/**
 * What the writes of some users waited for. A user asks for it while signed in and is given an id that
 * nobody can guess: after the write that signs them out, it is all they have.
 */
export interface TracedWrites {
  /** Notes the newest write of any of the rows, for a minute from now. */
  readonly expect: (rows: readonly TracedRow[]) => string;
  /** The write that an id was given out for. */
  readonly find: (traceId: string) => WriteTrace | undefined;
  /** To be told of every write of this process. */
  readonly note: (trace: WriteTrace) => void;
}

type TracedRow = Pick<CacheKey<unknown>, "table" | "id">;

interface Expected {
  readonly rows: readonly TracedRow[];
  readonly sinceMs: number;
  write?: WriteTrace;
}

export function createTracedWrites(now: () => number): TracedWrites {
  const expected = new Map<string, Expected>();

  /** The oldest come first. */
  function forgetOld(): void {
    for (const [traceId, { sinceMs }] of expected) {
      if (expected.size <= maxTracedWrites && now() - sinceMs < tracedMs) return;
      expected.delete(traceId);
    }
  }

  return {
    expect(rows) {
      const traceId = randomUUID();
      expected.set(traceId, { rows, sinceMs: now() });
      forgetOld();
      return traceId;
    },
    find(traceId) {
      forgetOld();
      return expected.get(traceId)?.write;
    },
    note(write) {
      forgetOld();
      for (const one of expected.values()) {
        if (write.rows.some((row) => isAmong(row, one.rows))) one.write = write;
      }
    },
  };
}

function isAmong(row: TracedRow, rows: readonly TracedRow[]): boolean {
  return rows.some(({ table, id }) => table === row.table && id === row.id);
}
