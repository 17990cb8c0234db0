import { DatabaseUnavailableError, DeadlineError } from "../src/errors.ts";
import type { CommitOutcome, ListedNode, Primary, WriteTransaction } from "../src/primary.ts";
import { isSameEpoch, type EpochName } from "../src/protocol/belief.ts";
import type { Chance } from "./chance.ts";
import type { History } from "./history.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Reply, SimProcess } from "./sim-process.ts";

const timeoutMs = 500;
/** Postgres ends a transaction whose process has gone silent. */
const idleTimeoutMs = 3000;
/** A replica that takes over lacks the commits of so long at most, in most cases. */
const usualLossMs = 400;
/** And never those of longer. */
const maxLossMs = 2500;

const lostConnectionProbability = 0.01;
const lostConnection = (): Error => new DatabaseUnavailableError("The connection was lost");

/** What a loader and a write's statements see of the database: a version for each key. */
export interface SimHandle {
  read(key: string): Promise<number>;
  /** Locks the row and gives it a version that none had before. */
  raise(key: string): Promise<number>;
}

interface Transaction {
  readonly fence: string;
  readonly writes: Map<string, number>;
  state: "open" | "committing" | "over";
  lastHeardMs: number;
}

interface AuthorityRow extends EpochName {
  readonly replid: string | null;
  readonly settled: boolean;
  readonly timeline: number;
}

/** Rules of Postgres' part that a mutation removes. */
export interface PostgresMutation {
  /** Every epoch counts as of the timeline that is. */
  readonly ignoresTimeline?: boolean;
  /** A change from outside leaves the epoch as it was. */
  readonly ignoresOutOfBand?: boolean;
}

/** All that is committed, as a value, so that a failover can go back to an earlier one. */
interface Committed {
  readonly authority: AuthorityRow;
  readonly versions: ReadonlyMap<string, number>;
  readonly nodes: readonly ListedNode[];
}

type Ask = <T>(execute: (reply: Reply<T>) => void) => Promise<T>;

/** The primary: rows with versions, row locks, the authority, the node list, the locks of fences. */
export class SimPostgres {
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #history: History;
  readonly #leaseMs: number;
  readonly #mutation: PostgresMutation;
  readonly #rowOwners = new Map<string, Transaction>();
  readonly #epochHolders = new Set<Transaction>();
  readonly #fences = new Map<string, Transaction>();
  #committed: Committed = {
    authority: { epoch: 1n, replid: null, nonce: null, settled: true, timeline: 1 },
    versions: new Map(),
    nodes: [],
  };
  #log: { readonly atMs: number; readonly committed: Committed }[] = [];
  readonly #renewedAtMs = new Map<SimProcess, number>();
  #waiting: (() => boolean)[] = [];
  #timeline = 1;
  #lastVersion = 0;
  #slowUntilMs = 0;

  constructor(
    scheduler: Scheduler,
    chance: Chance,
    history: History,
    leaseMs: number,
    mutation: PostgresMutation = {},
  ) {
    this.#mutation = mutation;
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.#history = history;
    this.#leaseMs = leaseMs;
  }

  /** When this process was last told of the authority. */
  lastRenewalMs(process: SimProcess): number {
    return this.#renewedAtMs.get(process) ?? -Infinity;
  }

  /** Commits take long for a while. */
  slowDown(ms: number): void {
    this.#slowUntilMs = this.#scheduler.nowMs + ms;
  }

  /** A replica takes over, on a new timeline, and the last commits may be lost. */
  failOver(
    lossMs: number = this.#chance.happens(0.5) ? this.#chance.between(0, usualLossMs) : 0,
  ): void {
    const { nowMs } = this.#scheduler;
    const lostSinceMs = nowMs - lossMs;
    const before = this.#committed.versions;
    const kept = this.#log.findLast(({ atMs }) => atMs <= lostSinceMs);
    if (this.#mutation.ignoresTimeline !== true) this.#timeline += 1;
    for (const transaction of this.#fences.values()) transaction.state = "over";
    this.#fences.clear();
    this.#rowOwners.clear();
    this.#epochHolders.clear();
    this.#waiting = [];
    if (kept === undefined) return;
    this.#committed = kept.committed;
    this.#log = [kept];
    for (const key of before.keys()) {
      const version = kept.committed.versions.get(key) ?? 0;
      this.#history.wentBackTo(key, version, nowMs, nowMs + this.#leaseMs);
    }
  }

  /**
   * SQL from outside changes a row with `portcullis.out_of_band = 'flush'`: correct for all within
   * one lease.
   */
  writeOutOfBand(key: string): void {
    this.#whenPossible(() => {
      if (this.#epochHolders.size > 0 || this.#rowOwners.has(key)) return false;
      const { nowMs } = this.#scheduler;
      const { authority, versions } = this.#committed;
      const version = this.#freshVersion();
      this.#commitState({
        versions: new Map(versions).set(key, version),
        authority:
          this.#mutation.ignoresOutOfBand === true
            ? authority
            : {
                epoch: authority.epoch + 1n,
                replid: null,
                nonce: `outside ${version}`,
                settled: false,
                timeline: this.#timeline,
              },
      });
      this.#history.committed(key, version, nowMs, nowMs + this.#leaseMs);
      return true;
    });
  }

  primaryOf(process: SimProcess): Primary<SimHandle> {
    const ask: Ask = (execute) =>
      process.call({
        peer: "postgres",
        timeoutMs,
        late: () => new DeadlineError("Postgres did not answer"),
        execute,
      });
    const doNow = (change: () => void): Promise<void> =>
      ask<undefined>((reply) => {
        change();
        reply.value(undefined);
      });
    const load: SimHandle = {
      read: (key) =>
        ask((reply) => {
          // One connection of many, so that other loads of the same read go on.
          if (this.#chance.happens(lostConnectionProbability)) reply.error(lostConnection());
          else reply.value(this.#versionOf(key));
        }),
      raise: () => Promise.reject(new Error("A loader does not write")),
    };
    return {
      renew: (nodeId) =>
        ask((reply) => {
          this.#renewedAtMs.set(process, this.#scheduler.nowMs);
          const { authority, nodes } = this.#committed;
          const { timeline, ...row } = authority;
          reply.value({
            authority: { ...row, onTimeline: timeline === this.#timeline },
            isListed: nodes.some(({ id, eviction }) => id === nodeId && eviction === null),
          });
        }),
      adoptStore: (seen, { replid, nonce }) =>
        ask((reply) =>
          this.#beginEpoch(seen, reply, ({ settled, replid: before, timeline }) => ({
            replid,
            nonce,
            settled: settled && before === null && timeline === this.#timeline,
          })),
        ),
      bypassStore: (seen, nonce) =>
        ask((reply) =>
          this.#beginEpoch(seen, reply, () => ({ replid: null, nonce, settled: false })),
        ),
      settleEpoch: (epoch) =>
        doNow(() => {
          const { authority } = this.#committed;
          if (this.#isCurrent(epoch)) {
            this.#commitState({ authority: { ...authority, settled: true } });
          }
        }),
      joinNodes: (id, formerIds) =>
        doNow(() =>
          this.#changeNodes((nodes) => [...without(nodes, formerIds), { id, eviction: null }]),
        ),
      listNodes: () => ask((reply) => reply.value(this.#committed.nodes)),
      evictNodes: (ids, mark) =>
        ask((reply) => {
          const isMeant = ({ id }: ListedNode): boolean => ids.includes(id);
          this.#changeNodes((nodes) =>
            nodes.map((node) =>
              isMeant(node) ? { ...node, eviction: node.eviction ?? mark } : node,
            ),
          );
          reply.value(this.#committed.nodes.filter(isMeant));
        }),
      removeEvicted: (marks) =>
        doNow(() =>
          this.#changeNodes((nodes) =>
            nodes.filter(({ eviction }) => eviction === null || !marks.includes(eviction)),
          ),
        ),
      removeNodes: (ids) => doNow(() => this.#changeNodes((nodes) => without(nodes, ids))),
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

  #writeTransaction(transaction: Transaction, ask: Ask): WriteTransaction<SimHandle> {
    const inside: Ask = (execute) =>
      ask((reply) => {
        transaction.lastHeardMs = this.#scheduler.nowMs;
        if (transaction.state === "open") execute(reply);
        else reply.error(new Error("The connection was ended"));
      });
    const handle: SimHandle = {
      read: (key) => inside((reply) => reply.value(this.#versionOf(key))),
      raise: (key) => inside((reply) => this.#raise(transaction, key, reply)),
    };
    return {
      holdEpoch: (epoch) =>
        inside((reply) => {
          this.#epochHolders.add(transaction);
          reply.value(this.#isCurrent(epoch) ? this.#committed.nodes : undefined);
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

  async #commit(transaction: Transaction, inside: Ask): Promise<CommitOutcome> {
    try {
      await inside<undefined>((reply) => {
        transaction.state = "committing";
        const isSlow = this.#slowUntilMs > this.#scheduler.nowMs;
        const delayMs = this.#chance.between(0.1, isSlow ? 700 : 3);
        this.#scheduler.after(delayMs, () => {
          // A failover came before.
          if (transaction.state !== "committing") return;
          const versions = new Map(this.#committed.versions);
          for (const [key, version] of transaction.writes) {
            versions.set(key, version);
            this.#history.committed(key, version, this.#scheduler.nowMs);
          }
          this.#commitState({ versions });
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
      const version = transaction.writes.get(key) ?? this.#freshVersion();
      transaction.writes.set(key, version);
      reply.value(version);
      return true;
    });
  }

  #beginEpoch(
    seen: EpochName,
    reply: Reply<boolean>,
    begun: (before: AuthorityRow) => Pick<AuthorityRow, "replid" | "nonce" | "settled">,
  ): void {
    this.#whenPossible(() => {
      if (this.#epochHolders.size > 0) return false;
      const { authority } = this.#committed;
      const isSeen = isSameEpoch(authority, seen);
      if (isSeen) {
        const epoch = authority.epoch + 1n;
        const timeline = this.#timeline;
        this.#commitState({ authority: { ...begun(authority), epoch, timeline } });
      }
      reply.value(isSeen);
      return true;
    });
  }

  #isCurrent(epoch: EpochName): boolean {
    const { authority } = this.#committed;
    return isSameEpoch(authority, epoch) && authority.timeline === this.#timeline;
  }

  #changeNodes(change: (nodes: readonly ListedNode[]) => readonly ListedNode[]): void {
    this.#commitState({ nodes: change(this.#committed.nodes) });
  }

  #commitState(change: Partial<Committed>): void {
    const { nowMs } = this.#scheduler;
    if (this.#log.length === 0) this.#log.push({ atMs: -Infinity, committed: this.#committed });
    this.#committed = { ...this.#committed, ...change };
    this.#log.push({ atMs: nowMs, committed: this.#committed });
    // The one before the loss that is possible must stay, and nothing older.
    while ((this.#log[1]?.atMs ?? Infinity) < nowMs - maxLossMs) this.#log.shift();
  }

  #versionOf(key: string): number {
    return this.#committed.versions.get(key) ?? 0;
  }

  #freshVersion(): number {
    this.#lastVersion += 1;
    return this.#lastVersion;
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
    for (const [key, owner] of this.#rowOwners) {
      if (owner === transaction) this.#rowOwners.delete(key);
    }
    // A statement that waited for a lock of this one may go on; those that cannot wait on.
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const step of waiting) this.#whenPossible(step);
  }

  #whenPossible(step: () => boolean): void {
    if (!step()) this.#waiting.push(step);
  }
}

function without(nodes: readonly ListedNode[], ids: readonly string[]): readonly ListedNode[] {
  return nodes.filter(({ id }) => !ids.includes(id));
}
