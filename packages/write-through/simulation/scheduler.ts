/** An event that has not run yet may be taken back. */
export interface Scheduled {
  cancel(): void;
}

const stepsOfTurn = 16;

interface Event {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/**
 * Virtual time. Events run one after the other in the order of their times; between two of them
 * every promise that can go on does, so a run is determined by the times alone.
 */
export class Scheduler {
  readonly #heap: Event[] = [];
  #order = 0;
  #nowMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): Scheduled {
    this.#order += 1;
    const event: Event = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order, run };
    this.#push(event);
    return {
      cancel() {
        event.run = undefined;
      },
    };
  }

  async runUntil(endMs: number): Promise<void> {
    await oneByOne(() => {
      const run = this.#next(endMs);
      run?.();
      return run !== undefined;
    });
    this.#nowMs = endMs;
  }

  /** What is to run next, if it is due by then: at its time, which is now. */
  #next(endMs: number): (() => void) | undefined {
    for (let event = this.#heap[0]; event !== undefined; event = this.#heap[0]) {
      if (event.atMs > endMs) return undefined;
      this.#pop();
      if (event.run === undefined) continue;
      this.#nowMs = event.atMs;
      return event.run;
    }
    return undefined;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    heap.push(event);
    for (let index = heap.length - 1; index > 0;) {
      const parent = (index - 1) >> 1;
      if (!isBefore(heap, index, parent)) return;
      swap(heap, index, parent);
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return;
    heap[0] = last;
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = index;
      if (left < heap.length && isBefore(heap, left, least)) least = left;
      if (right < heap.length && isBefore(heap, right, least)) least = right;
      if (least === index) return;
      swap(heap, index, least);
      index = least;
    }
  }
}

/**
 * Takes steps until one says that it was the last. Node runs every promise that can go on before it
 * comes to the next immediate; many of them in one turn of its loop, for a turn takes longer than a step.
 */
function oneByOne(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    function take(): void {
      if (isOver) return;
      try {
        if (step()) return;
        resolve();
      } catch (error) {
        reject(error instanceof Error ? error : new Error("A step failed", { cause: error }));
      }
      isOver = true;
    }
    function turn(): void {
      if (isOver) return;
      for (let taken = 0; taken < stepsOfTurn; taken += 1) setImmediate(take);
      setImmediate(turn);
    }
    take();
    turn();
  });
}

function isBefore(heap: readonly Event[], one: number, other: number): boolean {
  const [a, b] = [heap[one], heap[other]];
  if (a === undefined || b === undefined) return false;
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function swap(heap: Event[], one: number, other: number): void {
  const [a, b] = [heap[one], heap[other]];
  if (a === undefined || b === undefined) return;
  heap[one] = b;
  heap[other] = a;
}
