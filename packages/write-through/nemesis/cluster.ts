import { createTestDatabase, startFaultProxy, type FaultProxy } from "@portcullis/test-servers";
import { sql, type Kysely } from "kysely";
import { nodeName, type LinkedServer } from "./fault.ts";
import { startNodeProcess, type NodeProcess } from "./node-process.ts";
import { RedisPair } from "./redis-pair.ts";
import type { CacheKind, NodeReport, Versions } from "./report.ts";
import { openDatabase, prepareRows, type NemesisTables } from "./versioned-rows.ts";

/** A place for a node: its process may die and be replaced, its network stays. */
export interface NodeSlot {
  readonly name: string;
  readonly links: Readonly<Record<LinkedServer, FaultProxy>>;
  process: NodeProcess | undefined;
}

/** Who watches the processes of a cluster. */
export interface ClusterListener {
  /** @param life names one process: a slot and how many processes it has had. */
  reported(slot: number, life: string, report: NodeReport): void;
  ended(slot: number, life: string, isExpected: boolean, how: string): void;
}

interface ClusterOptions {
  readonly cache: CacheKind;
  readonly nodes: number;
  readonly ids: readonly string[];
  readonly listener: ClusterListener;
}

const transactionsEndTimeoutMs = 60_000;
const pollMs = 200;

/** All servers, networks and processes of a run. */
export class Cluster implements AsyncDisposable {
  readonly slots: readonly NodeSlot[];
  readonly redis: RedisPair;
  readonly #database: Kysely<NemesisTables>;
  readonly #options: ClusterOptions;
  readonly #started: AsyncDisposableStack;
  readonly #lives: number[];
  readonly #originNs = process.hrtime.bigint();

  private constructor(
    options: ClusterOptions,
    slots: readonly NodeSlot[],
    redis: RedisPair,
    database: Kysely<NemesisTables>,
    started: AsyncDisposableStack,
  ) {
    this.#options = options;
    this.slots = slots;
    this.redis = redis;
    this.#database = database;
    this.#started = started;
    this.#lives = slots.map(() => 0);
  }

  /** Servers and networks; no node runs yet. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    await using starting = new AsyncDisposableStack();
    const postgres = starting.use(await createTestDatabase());
    const redis = starting.use(await RedisPair.start());
    const database = starting.adopt(openDatabase(postgres.url), (handle) => handle.destroy());
    await prepareRows(database, options.ids);
    const slots: NodeSlot[] = [];
    for (let node = 0; node < options.nodes; node += 1) {
      const links = {
        redis: starting.use(await startFaultProxy({ target: redis.master })),
        postgres: starting.use(await startFaultProxy({ target: postgres })),
      };
      slots.push({ name: nodeName(node), links, process: undefined });
    }
    return new Cluster(options, slots, redis, database, starting.move());
  }

  /** Milliseconds since the servers were there, on the clock of all reports. */
  nowMs(): number {
    return Number(process.hrtime.bigint() - this.#originNs) / 1e6;
  }

  slot(node: number): NodeSlot {
    const slot = this.slots[node];
    if (slot === undefined) throw new Error(`There is no ${nodeName(node)}`);
    return slot;
  }

  /** Puts a process into a slot whose last one has ended. */
  async startNode(node: number): Promise<void> {
    const { cache, ids, listener } = this.#options;
    const slot = this.slot(node);
    const count = (this.#lives[node] ?? 0) + 1;
    this.#lives[node] = count;
    const life = `${slot.name} (process ${count})`;
    const settings = {
      cache,
      ids,
      originNs: this.#originNs.toString(),
      postgresUrl: slot.links.postgres.url,
      redisUrl: slot.links.redis.url,
    };
    const started = await startNodeProcess(settings, (report) =>
      listener.reported(node, life, report),
    );
    slot.process = started;
    void started.ended.then(({ isExpected, how }) => listener.ended(node, life, isExpected, how));
  }

  /** The versions of all rows, past every cache and every faulty network. */
  async versions(): Promise<Versions> {
    const items = await this.#database.selectFrom("item").selectAll().execute();
    return Object.fromEntries(items.map(({ id, version }) => [id, version]));
  }

  /**
   * Waits until the transactions that are open now are over: a commit that was held back in the
   * network may belong to one.
   */
  async waitForOpenTransactions(): Promise<void> {
    const before = await this.#openTransactions();
    const deadlineMs = performance.now() + transactionsEndTimeoutMs;
    for (;;) {
      const open = await this.#openTransactions();
      if (![...before].some((transaction) => open.has(transaction))) return;
      if (performance.now() > deadlineMs) throw new Error("A transaction in Postgres did not end");
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  async stopNodes(): Promise<void> {
    await Promise.all(this.#processes().map((process) => process.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes()) process.signal("SIGKILL");
    await Promise.all(this.#processes().map(({ ended }) => ended));
    await this.#started.disposeAsync();
  }

  #processes(): NodeProcess[] {
    return this.slots.flatMap(({ process }) => process ?? []);
  }

  async #openTransactions(): Promise<Set<string>> {
    const { rows } = await sql<{ transaction: string }>`
      select pid || ' ' || xact_start as transaction
      from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
    `.execute(this.#database);
    return new Set(rows.map(({ transaction }) => transaction));
  }
}
