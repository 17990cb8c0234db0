import { DeadlineError } from "../src/errors.ts";
import type { CommitOutcome, Primary, WriteTransaction } from "../src/primary.ts";
import type { Authority } from "../src/protocol/belief.ts";
import type { StoreIdentity } from "../src/store.ts";
import type { Chance } from "./chance.ts";
import type { History } from "./history.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Reply, SimProcess } from "./sim-process.ts";

const timeoutMs = 500;
/** Postgres ends a transaction whose process has gone silent. */
const idleTimeoutMs = 3000;

/** What a loader and a write's statements see of the database: a version for each key. */
export interface SimHandle {
  read(key: string): Promise<number>;
  /** Locks the row and raises its version by one. */
  raise(key: string): Promise<number>;
}

interface Transaction {
  readonly fence: string;
  readonly writes: Map<string, number>;
  state: "open" | "committing" | "over";
  lastHeardMs: number;
}

/** The primary: rows with versions, row locks, the authority, and the locks of fences. */
export class SimPostgres {
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #history: History;
  readonly #versions = new Map<string, number>();
  readonly #rowOwners = new Map<string, Transaction>();
  readonly #epochHolders = new Set<Transaction>();
  readonly #fences = new Map<string, Transaction>();
  #waiting: (() => boolean)[] = [];
  #slowUntilMs = 0;
  #authority: Authority = {
    epoch: 1n,
    replid: null,
    nonce: null,
    settled: true,
    onTimeline: true,
  };

  constructor(scheduler: Scheduler, chance: Chance, history: History) {
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#history = history;
  }

  versionOf(key: string): number {
    return this.#versions.get(key) ?? 0;
  }

  /** Commits take long for a while. */
  slowDown(ms: number): void {
    this.#slowUntilMs = this.#scheduler.nowMs + ms;
  }

  primaryOf(process: SimProcess): Primary<SimHandle> {
    const ask = <T>(execute: (reply: Reply<T>) => void): Promise<T> =>
      process.call({
        peer: "postgres",
        timeoutMs,
        late: () => new DeadlineError("Postgres did not answer"),
        execute,
      });
    const load: SimHandle = {
      read: (key) => ask((reply) => reply.value(this.versionOf(key))),
      raise: () => Promise.reject(new Error("A loader does not write")),
    };
    return {
      readAuthority: () => ask((reply) => reply.value(this.#authority)),
      adoptStore: (epoch, identity) => ask((reply) => this.#adoptStore(epoch, identity, reply)),
      settleEpoch: (epoch, nonce) =>
        ask((reply) => {
          const isSame = this.#authority.epoch === epoch && this.#authority.nonce === nonce;
          if (isSame) this.#authority = { ...this.#authority, settled: true };
          reply.value(undefined);
        }),
      isFenceOver: (fence) => ask((reply) => reply.value(!this.#fences.has(fence))),
      load: (query) => query(load),
      begin: async (fence) => {
        const transaction = await ask<Transaction>((reply) => reply.value(this.#begin(fence)));
        return this.#writeTransaction(transaction, ask);
      },
    };
  }

  #begin(fence: string): Transaction {
    const transaction: Transaction = {
      fence,
      writes: new Map(),
      state: "open",
      lastHeardMs: this.#scheduler.nowMs,
    };
    this.#fences.set(fence, transaction);
    this.#endWhenSilent(transaction);
    return transaction;
  }

  #writeTransaction(
    transaction: Transaction,
    ask: <T>(execute: (reply: Reply<T>) => void) => Promise<T>,
  ): WriteTransaction<SimHandle> {
    const inside = <T>(execute: (reply: Reply<T>) => void): Promise<T> =>
      ask((reply) => {
        transaction.lastHeardMs = this.#scheduler.nowMs;
        if (transaction.state === "open") execute(reply);
        else reply.error(new Error("The connection was ended"));
      });
    const handle: SimHandle = {
      read: (key) => inside((reply) => reply.value(this.versionOf(key))),
      raise: (key) => inside((reply) => this.#raise(transaction, key, reply)),
    };
    return {
      holdEpoch: (epoch, nonce) =>
        inside((reply) => {
          this.#epochHolders.add(transaction);
          reply.value(this.#authority.epoch === epoch && this.#authority.nonce === nonce);
        }),
      run: (work) => work(handle),
      commit: () => this.#commit(transaction, inside),
      rollback: () =>
        ask((reply) => {
          if (transaction.state === "open") this.#end(transaction);
          reply.value(undefined);
        }),
    };
  }

  async #commit(
    transaction: Transaction,
    inside: <T>(execute: (reply: Reply<T>) => void) => Promise<T>,
  ): Promise<CommitOutcome> {
    try {
      await inside<undefined>((reply) => {
        transaction.state = "committing";
        const isSlow = this.#slowUntilMs > this.#scheduler.nowMs;
        const delayMs = this.#chance.between(0.1, isSlow ? 700 : 3);
        this.#scheduler.after(delayMs, () => {
          for (const [key, version] of transaction.writes) {
            this.#versions.set(key, version);
            this.#history.committed(key, version, this.#scheduler.nowMs);
          }
          this.#end(transaction);
          reply.value(undefined);
        });
      });
      return { kind: "committed" };
    } catch (error) {
      return { kind: "unknown", error };
    }
  }

  #raise(transaction: Transaction, key: string, reply: Reply<number>): void {
    this.#whenPossible(() => {
      if (transaction.state !== "open") return true;
      const owner = this.#rowOwners.get(key);
      if (owner !== undefined && owner !== transaction) return false;
      this.#rowOwners.set(key, transaction);
      const version = transaction.writes.get(key) ?? this.versionOf(key) + 1;
      transaction.writes.set(key, version);
      reply.value(version);
      return true;
    });
  }

  #adoptStore(epoch: bigint, { replid, nonce }: StoreIdentity, reply: Reply<boolean>): void {
    this.#whenPossible(() => {
      if (this.#epochHolders.size > 0) return false;
      const { epoch: current, settled, nonce: before } = this.#authority;
      if (current !== epoch) {
        reply.value(false);
        return true;
      }
      this.#authority = {
        epoch: epoch + 1n,
        replid,
        nonce,
        settled: settled && before === null,
        onTimeline: true,
      };
      reply.value(true);
      return true;
    });
  }

  #endWhenSilent(transaction: Transaction): void {
    this.#scheduler.after(idleTimeoutMs, () => {
      if (transaction.state !== "open") return;
      if (this.#scheduler.nowMs - transaction.lastHeardMs >= idleTimeoutMs) this.#end(transaction);
      else this.#endWhenSilent(transaction);
    });
  }

  #end(transaction: Transaction): void {
    transaction.state = "over";
    this.#fences.delete(transaction.fence);
    this.#epochHolders.delete(transaction);
    for (const key of transaction.writes.keys()) this.#rowOwners.delete(key);
    // A statement that waited for a lock of this one may go on; those that cannot wait on.
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const step of waiting) this.#whenPossible(step);
  }

  #whenPossible(step: () => boolean): void {
    if (!step()) this.#waiting.push(step);
  }
}
