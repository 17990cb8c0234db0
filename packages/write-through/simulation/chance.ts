import type { Entropy } from "../src/entropy.ts";

/** Pseudo-random choices that a seed determines (xorshift, 32 bits). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    // Seeds that follow each other would begin alike, so they are spread first.
    this.#state = (Math.imul(seed + 1, 2_654_435_761) ^ 0x9e3779b9) >>> 0 || 1;
    for (let round = 0; round < 8; round += 1) this.fraction();
  }

  /** From 0 up to, and not including, 1. */
  fraction(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state / 2 ** 32;
  }

  between(least: number, most: number): number {
    return least + this.fraction() * (most - least);
  }

  /** A whole number from 0 up to, and not including, `count`. */
  below(count: number): number {
    return Math.floor(this.fraction() * count);
  }

  happens(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("There is nothing to pick from");
    return item;
  }
}

/** Tokens and fences of a run: counted rather than random, so that a log of it can be read. */
export function createEntropy(chance: Chance, owner: string): Entropy {
  let count = 0;
  const next = (): string => {
    count += 1;
    return `${owner}-${count}`;
  };
  return { token: next, fence: next, fraction: () => chance.fraction() };
}
