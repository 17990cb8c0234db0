import { WriteThroughError } from "../src/errors.ts";
import { AuthorityLease } from "../src/protocol/authority-lease.ts";
import type { CacheNode, Row } from "../src/protocol/cache-node.ts";
import { Flights } from "../src/protocol/flights.ts";
import { readRows } from "../src/protocol/read.ts";
import { writeRows } from "../src/protocol/write.ts";
import { Chance, createEntropy } from "./chance.ts";
import { History, type Violation } from "./history.ts";
import { faithful, type Mutation } from "./mutations.ts";
import { Scheduler } from "./scheduler.ts";
import { SimPostgres, type SimHandle } from "./sim-postgres.ts";
import { SimProcess } from "./sim-process.ts";
import { SimRedis } from "./sim-redis.ts";

const keys = ["post:a", "post:b"] as const;
const leaseMs = 1000;
const busyMs = 5000;
/** Long enough for everything to end: idle transactions, back-offs of adoptions, leases. */
const quietMs = 40_000;
const clientsPerProcess = 2;

export interface RunOutcome {
  readonly operations: number;
  readonly faults: readonly string[];
  readonly violations: readonly Violation[];
}

interface Member {
  readonly process: SimProcess;
  readonly node: CacheNode<SimHandle>;
}

/** Runs one story: processes, clients and faults, all chosen by the seed. */
export async function runSeed(seed: number, mutation?: Mutation): Promise<RunOutcome> {
  const world = new World(seed, mutation);
  await world.run();
  return {
    operations: world.history.operations,
    faults: world.faults,
    violations: [...world.history.violations(), ...world.leftovers],
  };
}

class World {
  readonly history = new History();
  readonly faults: string[] = [];
  readonly leftovers: Violation[] = [];
  readonly #mutation: Mutation | undefined;
  readonly #chance: Chance;
  readonly #scheduler = new Scheduler();
  readonly #postgres: SimPostgres;
  readonly #redis: SimRedis;
  readonly #members: Member[] = [];

  constructor(seed: number, mutation: Mutation | undefined) {
    this.#mutation = mutation;
    this.#chance = new Chance(seed);
    this.#postgres = new SimPostgres(this.#scheduler, this.#chance, this.history);
    this.#redis = new SimRedis(this.#scheduler, { ...faithful, ...mutation?.store });
  }

  async run(): Promise<void> {
    const count = 2 + this.#chance.below(2);
    for (let index = 0; index < count; index += 1) this.#join();
    this.#planFaults(1 + this.#chance.below(6));
    await this.#scheduler.runUntil(busyMs);
    this.#redis.heal();
    await this.#scheduler.runUntil(busyMs + quietMs);
    await this.#lookForLeftovers();
  }

  #join(): void {
    const process = new SimProcess(`p${this.#members.length}`, this.#scheduler, this.#chance);
    const member = { process, node: this.#nodeOf(process) };
    this.#members.push(member);
    void this.#live(member);
  }

  #nodeOf(process: SimProcess): CacheNode<SimHandle> {
    const { lease: mutateLease, primary: mutatePrimary, flights } = this.#mutation ?? {};
    const faithfulPrimary = this.#postgres.primaryOf(process);
    const primary = mutatePrimary?.(faithfulPrimary) ?? faithfulPrimary;
    const store = this.#redis.storeOf(process);
    const entropy = createEntropy(this.#chance, process.name);
    const emit = (): void => undefined;
    const { clock } = process;
    const lease = new AuthorityLease({ primary, store, clock, entropy, leaseMs, emit });
    return {
      primary,
      store,
      entropy,
      lease: mutateLease?.(lease) ?? lease,
      flights: flights?.() ?? new Flights(),
      resolving: new Set(),
      valueTtlMs: 3_600_000,
      absentTtlMs: 10_000,
      maxValueBytes: 65_536,
      resolveAfterMs: 50,
      emit,
    };
  }

  async #live(member: Member): Promise<void> {
    const { process, node } = member;
    while (!process.isKilled) {
      try {
        await node.lease.start();
        break;
      } catch {
        await process.clock.sleep(100);
      }
    }
    for (let client = 0; client < clientsPerProcess; client += 1) void this.#work(member);
  }

  async #work(member: Member): Promise<void> {
    while (this.#scheduler.nowMs < busyMs) {
      await member.process.clock.sleep(this.#chance.between(1, 60));
      const wanted = this.#chance.happens(0.2) ? keys : [this.#chance.pick(keys)];
      if (this.#chance.happens(0.3)) await this.#write(member, wanted);
      else await this.#read(member, wanted);
    }
  }

  async #read({ process, node }: Member, wanted: readonly string[]): Promise<void> {
    const startMs = this.#scheduler.nowMs;
    const end = this.#begin(process, `${process.name} reads ${wanted.join()}`);
    try {
      const versions = (await readRows(node, wanted.map(rowOf))) as (number | undefined)[];
      const endMs = this.#scheduler.nowMs;
      for (const [index, key] of wanted.entries()) {
        const version = versions[index] ?? 0;
        this.history.read({ process: process.name, key, startMs, endMs, version });
      }
    } catch (error) {
      if (!(error instanceof WriteThroughError)) throw error;
    } finally {
      end();
    }
  }

  async #write({ process, node }: Member, wanted: readonly string[]): Promise<void> {
    const end = this.#begin(process, `${process.name} writes ${wanted.join()}`);
    try {
      await writeRows(node, wanted.map(rowOf), async (handle) => {
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
    const end = this.history.begin(`${what} at ${this.#scheduler.nowMs.toFixed(2)}`);
    process.whenKilled(end);
    return end;
  }

  #planFaults(count: number): void {
    for (let index = 0; index < count; index += 1) {
      const atMs = this.#chance.between(0, busyMs - 500);
      this.#scheduler.after(atMs, () => this.#strike());
    }
  }

  #strike(): void {
    const chance = this.#chance;
    const { process } = chance.pick(this.#members);
    const ms = chance.between(10, 2500);
    const faults: Record<string, () => void> = {
      "redis flushed": () => this.#redis.flush(),
      "redis saves a snapshot": () => this.#redis.save(),
      "redis restarted empty": () => this.#redis.restart(chance.between(1, 500), false),
      "redis restarted from a snapshot": () => this.#redis.restart(chance.between(1, 500), true),
      "redis failed over": () =>
        this.#redis.failOver(
          this.#members.map((member) => member.process),
          () => chance.between(0, 2000),
          chance.between(0, 3000),
        ),
      "a key evicted": () => this.#redis.evict(chance.pick(keys)),
      "postgres slow to commit": () => this.#postgres.slowDown(ms),
      "a process paused": () => process.pause(ms, false),
      "a machine suspended": () => process.pause(ms, true),
      "a process cut off from redis": () => process.cutOff("redis", ms),
      "a process cut off from postgres": () => process.cutOff("postgres", ms),
      "a wall clock stepped": () => process.stepWallClock(chance.between(-20_000, 20_000)),
      "a process killed": () => {
        process.kill();
        this.#scheduler.after(ms, () => this.#join());
      },
    };
    const name = chance.pick(Object.keys(faults));
    this.faults.push(`${this.#scheduler.nowMs.toFixed(0)} ms: ${name} (${process.name})`);
    faults[name]?.();
  }

  /** Nothing stale and no fence may be left when every writer is done or dead. */
  async #lookForLeftovers(): Promise<void> {
    const living = this.#members.filter(({ process }) => !process.isKilled);
    // A read resolves one fence of a key, and messages are still lost now and then.
    for (
      let round = 0;
      round < 4 || (round < 40 && this.#redis.fencesLeft().length > 0);
      round += 1
    ) {
      for (const member of living) void this.#read(member, keys);
      await this.#scheduler.runUntil(this.#scheduler.nowMs + 2000);
    }
    for (const detail of this.#redis.fencesLeft()) {
      this.leftovers.push({ rule: "a fence is left", detail });
    }
  }
}

function rowOf(key: string): Row<SimHandle> {
  const [table = "", id = ""] = key.split(":");
  const schema = {
    parse(input: unknown): number {
      if (typeof input !== "number") throw new TypeError("not a version");
      return input;
    },
  };
  return {
    key,
    table,
    id,
    schema,
    load: async (handle) => (await handle.read(key)) || undefined,
  };
}
