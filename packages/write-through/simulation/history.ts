/** A read of one key by one process, from its call to its answer. */
interface ReadRecord {
  readonly process: string;
  readonly key: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The version that was read, 0 for none. */
  readonly version: number;
}

export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

/** All that happened in a run, and whether it was as promised. */
export class History {
  /** Times of commits; the version is the place in the list, from 1. */
  readonly #commits = new Map<string, number[]>();
  readonly #reads: ReadRecord[] = [];
  readonly #pending = new Map<symbol, string>();
  #operations = 0;

  get operations(): number {
    return this.#operations;
  }

  committed(key: string, version: number, atMs: number): void {
    const times = this.#commits.get(key) ?? [];
    times[version - 1] = atMs;
    this.#commits.set(key, times);
  }

  read(record: ReadRecord): void {
    this.#reads.push(record);
  }

  /** Notes an operation that must end; the returned function notes its end. */
  begin(what: string): () => void {
    const id = Symbol(what);
    this.#operations += 1;
    this.#pending.set(id, what);
    return () => this.#pending.delete(id);
  }

  /**
   * A read must return what the primary had at some moment within it: a version committed before
   * the read ended, and not replaced before it began. A version replaced by a write that returned
   * before the read began was replaced before it began, so this is the second promise as well.
   */
  violations(): Violation[] {
    const found: Violation[] = [];
    for (const { process, key, startMs, endMs, version } of this.#reads) {
      const times = this.#commits.get(key) ?? [];
      const sinceMs = version === 0 ? -Infinity : (times[version - 1] ?? Infinity);
      const untilMs = times[version] ?? Infinity;
      const detail = `${process} read ${key} version ${version} from ${startMs.toFixed(2)} to ${endMs.toFixed(2)}, current from ${sinceMs.toFixed(2)} to ${untilMs.toFixed(2)}`;
      if (untilMs < startMs) found.push({ rule: "stale read", detail });
      if (sinceMs > endMs) found.push({ rule: "read of what was not committed", detail });
    }
    for (const what of this.#pending.values()) {
      found.push({ rule: "an operation did not end", detail: what });
    }
    return found;
  }
}
