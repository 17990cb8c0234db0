import { emptyContents, StoreState, type StoreContents } from "../src/memory/store-state.ts";
import { StoreFault, type CacheStore } from "../src/store.ts";
import type { StoreMutation } from "./mutations.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimProcess } from "./sim-process.ts";

const timeoutMs = 100;

interface Server {
  contents: StoreContents;
  state: StoreState;
  isUp: boolean;
}

/** The Redis servers of a run: one at first, another one after each failover. */
export class SimRedis {
  readonly #scheduler: Scheduler;
  readonly #mutate: StoreMutation;
  readonly #serverOf = new Map<SimProcess, Server>();
  #servers = 0;
  #current: Server;
  #snapshot: StoreContents | undefined;

  constructor(scheduler: Scheduler, mutate: StoreMutation) {
    this.#scheduler = scheduler;
    this.#mutate = mutate;
    this.#current = this.#serverWith(emptyContents(this.#freshReplid()));
  }

  /** Fences that are left, for the look at the end of a run. */
  fencesLeft(): string[] {
    return [...this.#current.contents.fences].map(
      ([key, { sinceMs }]) => `${key}: ${[...sinceMs.keys()].join(" ")}`,
    );
  }

  flush(): void {
    const { contents } = this.#current;
    contents.marker = undefined;
    contents.fences.clear();
    contents.slots.clear();
  }

  evict(key: string): void {
    this.#current.contents.slots.delete(key);
  }

  save(): void {
    this.#snapshot = structuredClone(this.#current.contents);
  }

  /** Down for so long; back with what it last saved, or with nothing. */
  restart(downMs: number, fromSnapshot: boolean): void {
    const server = this.#current;
    server.isUp = false;
    this.#scheduler.after(downMs, () => {
      const contents = fromSnapshot ? structuredClone(this.#snapshot) : undefined;
      this.#fill(server, { ...(contents ?? emptyContents("")), replid: this.#freshReplid() });
      server.isUp = true;
    });
  }

  /**
   * A replica takes over, with what had reached it by the last save. Each process finds it after a
   * while of its own; until it is demoted, the old master goes on answering those that have not.
   */
  failOver(processes: readonly SimProcess[], delayOf: () => number, demoteAfterMs: number): void {
    const old = this.#current;
    const contents = structuredClone(this.#snapshot ?? old.contents);
    contents.replid = this.#freshReplid();
    const promoted = this.#serverWith(contents);
    this.#current = promoted;
    for (const process of processes) {
      this.#serverOf.set(process, old);
      this.#scheduler.after(delayOf(), () => {
        // Overtaken by the next failover, or by the end of all faults: it finds the newest.
        if (promoted === this.#current) this.#serverOf.set(process, promoted);
      });
    }
    this.#scheduler.after(demoteAfterMs, () => {
      old.contents.role = "replica";
    });
  }

  /** Every process reaches the same server, and it is up. */
  heal(): void {
    this.#serverOf.clear();
    this.#current.isUp = true;
  }

  storeOf(process: SimProcess): CacheStore {
    const ask = <T>(name: string, step: (server: Server) => T): Promise<T> =>
      process.call({
        peer: "redis",
        timeoutMs,
        late: () => new StoreFault(`${name} was not answered`),
        execute: (reply) => {
          const server = this.#serverOf.get(process) ?? this.#current;
          if (server.isUp) reply.value(step(server));
          else reply.error(new StoreFault("Connection refused"));
        },
      });
    const mutate = this.#mutate;
    return {
      read: (...args) => ask("read", ({ state, contents }) => mutate.read(state, contents, args)),
      fill: (...args) => ask("fill", ({ state, contents }) => mutate.fill(state, contents, args)),
      fence: (...args) =>
        ask("fence", ({ state, contents }) => mutate.fence(state, contents, args)),
      publish: (...args) =>
        ask("publish", ({ state, contents }) => mutate.publish(state, contents, args)),
      unfence: (...args) => ask("unfence", ({ state }) => state.unfence(...args)),
      adopt: (nonce) => ask("adopt", ({ state }) => state.adopt(nonce)),
      sweep: () => Promise.resolve(),
      open: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }

  #freshReplid(): string {
    this.#servers += 1;
    return `replid-${this.#servers}`;
  }

  #serverWith(contents: StoreContents): Server {
    const server: Server = { contents, state: this.#stateOf(contents), isUp: true };
    return server;
  }

  #fill(server: Server, contents: StoreContents): void {
    server.contents = contents;
    server.state = this.#stateOf(contents);
  }

  #stateOf(contents: StoreContents): StoreState {
    return new StoreState(contents, 100_000, () => this.#scheduler.nowMs);
  }
}
