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

/**
 * A state that a row of the primary was in. When it came is known exactly, or as a window in which
 * it must have come; it lasted until the next one.
 */
interface RowState {
  readonly version: number;
  readonly earliestMs: number;
  readonly latestMs: number;
}

/** Past this many a list would only be longer. */
const maxViolations = 100;

/** All that happened in a run, and whether it was as promised. */
export class History {
  /** The states of each row in their order; every row begins absent. */
  readonly #states = new Map<string, RowState[]>();
  readonly #reads: ReadRecord[] = [];
  readonly #pending = new Map<symbol, string>();
  #operations = 0;

  get operations(): number {
    return this.#operations;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** A version is never given out twice, but a row may come back to it when commits are lost. */
  committed(key: string, version: number, earliestMs: number, latestMs: number = earliestMs): void {
    this.#statesOf(key).push({ version, earliestMs, latestMs });
  }

  /**
   * The primary was lost together with its last commits. A version that was lost may yet be read
   * until the first commit that follows, or until `readableUntilMs`: nobody could know before.
   */
  wentBackTo(key: string, version: number, atMs: number, readableUntilMs: number): void {
    const states = this.#statesOf(key);
    if (states.at(-1)?.version !== version) {
      states.push({ version, earliestMs: atMs, latestMs: readableUntilMs });
    }
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
   * A read must return what the primary had at some moment within it: a state that had come before
   * the read ended, and had not been followed by another before the read began. A version replaced
   * by a write that returned before the read began was replaced before it began, so this is the
   * second promise as well. Linear in the reads but for finding states, which are sorted.
   */
  violations(): Violation[] {
    const found: Violation[] = [];
    const livesOf = new Map([...this.#states].map(([key, states]) => [key, livesIn(states)]));
    for (const read of this.#reads) {
      if (found.length >= maxViolations) break;
      const lives = livesOf.get(read.key)?.get(read.version);
      const violation = judge(read, lives ?? (read.version === 0 ? [always] : []));
      if (violation !== undefined) found.push(violation);
    }
    for (const what of this.#pending.values()) {
      found.push({ rule: "an operation did not end", detail: what });
    }
    return found;
  }

  #statesOf(key: string): RowState[] {
    let states = this.#states.get(key);
    if (states === undefined) {
      states = [{ version: 0, earliestMs: -Infinity, latestMs: -Infinity }];
      this.#states.set(key, states);
    }
    return states;
  }
}

/** When a state may have begun, and when it had surely ended. */
interface Life {
  readonly sinceMs: number;
  readonly untilMs: number;
}

const always: Life = { sinceMs: -Infinity, untilMs: Infinity };

/** A state has ended when any later one has surely come. */
function livesIn(states: readonly RowState[]): Map<number, Life[]> {
  const lives = new Map<number, Life[]>();
  let untilMs = Infinity;
  for (const { version, earliestMs, latestMs } of states.toReversed()) {
    const known = lives.get(version);
    const life = { sinceMs: earliestMs, untilMs };
    if (known === undefined) lives.set(version, [life]);
    else known.push(life);
    untilMs = Math.min(untilMs, latestMs);
  }
  return lives;
}

function judge(
  { process, key, version, startMs, endMs }: ReadRecord,
  lives: readonly Life[],
): Violation | undefined {
  const isRight = lives.some(({ sinceMs, untilMs }) => sinceMs <= endMs && untilMs >= startMs);
  if (isRight) return undefined;
  const span = (fromMs: number, toMs: number): string =>
    `${fromMs.toFixed(2)} to ${toMs.toFixed(2)}`;
  const current = lives.map(({ sinceMs, untilMs }) => span(sinceMs, untilMs)).join(", ");
  const wasCommitted = lives.some(({ sinceMs }) => sinceMs <= endMs);
  return {
    rule: wasCommitted ? "stale read" : "read of what was not committed",
    detail: `${process} read ${key} version ${version} from ${span(startMs, endMs)}, current from ${current || "never"}`,
  };
}
