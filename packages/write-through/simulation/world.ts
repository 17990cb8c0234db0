import { WriteThroughError } from "../src/errors.ts";
import {
  createCacheNode,
  listenerOf,
  type CacheBounds,
  type CacheNode,
  type Row,
} from "../src/protocol/cache-node.ts";
import { readAllNear, readRows } from "../src/protocol/read.ts";
import { nameOf } from "../src/row-key.ts";
import { writeRows } from "../src/protocol/write.ts";
import { Chance, createEntropy } from "./chance.ts";
import { History, type Violation } from "./history.ts";
import { faithful, type Mutation } from "./mutations.ts";
import { Scheduler } from "./scheduler.ts";
import { SimPostgres, type SimHandle } from "./sim-postgres.ts";
import { SimProcess, type Weather } from "./sim-process.ts";
import { SimRedis } from "./sim-redis.ts";

export const keys: readonly string[] = ["post:a", "post:b"];
export const leaseMs = 1000;
/** Long enough for everything to end: idle transactions, back-offs of adoptions, leases. */
const quietMs = 40_000;
const stepMs = 500;

const usualMs = 3;
const fair: Weather = { lossProbability: 0.01, slowProbability: 0.05, usualMs, slowestMs: 250 };
export const foul: Weather = {
  lossProbability: 0.03,
  slowProbability: 0.3,
  usualMs,
  slowestMs: 450,
};
export const calm: Weather = {
  lossProbability: 0,
  slowProbability: 0,
  usualMs: 0.05,
  slowestMs: 0.05,
};

export const bounds: CacheBounds = {
  leaseMs,
  acknowledgeTimeoutMs: 50,
  valueTtlMs: 3_600_000,
  absentTtlMs: 10_000,
  maxValueBytes: 65_536,
  nearMaxBytes: 1_000_000,
  resolveAfterMs: 50,
};

export interface Member {
  readonly process: SimProcess;
  readonly node: CacheNode<SimHandle>;
}

/** The servers, processes and the network of one run, and the history of what happened in it. */
export class World {
  readonly history: History = new History();
  readonly chance: Chance;
  readonly scheduler: Scheduler = new Scheduler();
  readonly postgres: SimPostgres;
  readonly redis: SimRedis;
  readonly members: Member[] = [];
  readonly #mutation: Mutation;
  /** Of the processes that join from now on. */
  weather: Weather;

  constructor(seed: number, mutation: Mutation = { rule: "none" }) {
    this.#mutation = mutation;
    this.chance = new Chance(seed);
    this.weather = this.chance.happens(0.3) ? foul : fair;
    this.postgres = new SimPostgres(
      this.scheduler,
      this.chance,
      this.history,
      leaseMs,
      mutation.postgres,
    );
    this.redis = new SimRedis(this.scheduler, this.chance, { ...faithful, ...mutation.store });
  }

  /** Starts a process; `whenStarted` is told when it serves its clients. */
  join(whenStarted: (member: Member) => void): Member {
    const name = `p${this.members.length}`;
    const process = new SimProcess(name, this.scheduler, this.chance, this.weather);
    const member = { process, node: this.#nodeOf(process) };
    this.members.push(member);
    void this.#start(member, whenStarted);
    return member;
  }

  #nodeOf(process: SimProcess): CacheNode<SimHandle> {
    const ports = {
      primary: this.postgres.primaryOf(process),
      store: this.redis.storeOf(process),
      clock: process.clock,
      entropy: createEntropy(this.chance, process.name),
      emit: () => undefined,
    };
    return (this.#mutation.build ?? createCacheNode)(ports, bounds);
  }

  async #start(member: Member, whenStarted: (member: Member) => void): Promise<void> {
    const { process, node } = member;
    await node.store.open(listenerOf(node));
    while (!process.isKilled) {
      try {
        await node.lease.start();
        break;
      } catch {
        await process.clock.sleep(100);
      }
    }
    whenStarted(member);
  }

  async read({ process, node }: Member, wanted: readonly string[]): Promise<void> {
    const startMs = this.scheduler.nowMs;
    const end = this.#begin(process, `${process.name} reads ${wanted.join()}`);
    try {
      const near = readAllNear(node, wanted.map(nameOf));
      const versions: readonly unknown[] = near ?? (await readRows(node, wanted.map(rowOf)));
      const endMs = this.scheduler.nowMs;
      for (const [index, key] of wanted.entries()) {
        const version = Number(versions[index] ?? 0);
        this.history.read({ process: process.name, key, startMs, endMs, version });
      }
    } catch (error) {
      if (!(error instanceof WriteThroughError)) throw error;
    } finally {
      end();
    }
  }

  async write({ process, node }: Member, wanted: readonly string[]): Promise<void> {
    const end = this.#begin(process, `${process.name} writes ${wanted.join()}`);
    try {
      await writeRows(this.#mutation.writer?.(node) ?? node, wanted.map(rowOf), async (handle) => {
        for (const key of wanted) await handle.raise(key);
      });
    } catch {
      // Refused, unknown, or its connection was ended: what was committed, the history knows.
    } finally {
      end();
    }
  }

  /** An operation of a process that is killed need not end. */
  #begin(process: SimProcess, what: string): () => void {
    const end = this.history.begin(`${what} at ${this.scheduler.nowMs.toFixed(2)}`);
    process.whenKilled(end);
    return end;
  }

  /** Ends all faults of Redis, lets everything come to rest, and says what was not as promised. */
  async judge(): Promise<Violation[]> {
    this.redis.heal();
    const endMs = this.scheduler.nowMs + quietMs;
    while (this.history.pending > 0 && this.scheduler.nowMs < endMs) {
      await this.scheduler.runUntil(this.scheduler.nowMs + stepMs);
    }
    const leftovers = await this.#leftovers();
    return [...this.history.violations(), ...leftovers];
  }

  /**
   * Nothing stale and no fence may be left when every writer is done or dead, and the cache must
   * come back.
   */
  async #leftovers(): Promise<Violation[]> {
    const living = (): Member[] => this.members.filter(({ process }) => !process.isKilled);
    const isCached = (): boolean => living().every(({ node }) => node.lease.allowsMemory());
    const isClean = (): boolean =>
      this.history.pending === 0 && this.redis.fencesLeft().length === 0 && isCached();
    const endMs = this.scheduler.nowMs + quietMs;
    // A read resolves one fence of a key, and messages are still lost now and then.
    for (let round = 0; round < 2 || !isClean(); round += 1) {
      if (this.scheduler.nowMs > endMs) break;
      for (const member of living()) void this.read(member, keys);
      await this.scheduler.runUntil(this.scheduler.nowMs + stepMs);
    }
    const found = this.redis
      .fencesLeft()
      .map((detail): Violation => ({ rule: "a fence is left", detail }));
    for (const { process, node } of living()) {
      if (node.lease.allowsMemory()) continue;
      const detail = `${process.name} says ${node.lease.epoch()?.identity ? "cached" : "uncached"}`;
      found.push({ rule: "the cache does not come back", detail });
    }
    return found;
  }
}

function rowOf(key: string): Row<SimHandle> {
  const schema = {
    parse(input: unknown): number {
      if (typeof input !== "number") throw new TypeError("not a version");
      return input;
    },
  };
  return {
    key,
    ...nameOf(key),
    schema,
    load: async (handle) => (await handle.read(key)) || undefined,
  };
}
