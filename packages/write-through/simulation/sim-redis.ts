import { emptyContents, StoreState, type StoreContents } from "../src/memory/store-state.ts";
import {
  StoreFault,
  type CacheStore,
  type Invalidation,
  type StoreListener,
} from "../src/store.ts";
import type { Chance } from "./chance.ts";
import type { StoreMutation } from "./mutations.ts";
import type { Scheduler } from "./scheduler.ts";
import type { SimProcess } from "./sim-process.ts";

const timeoutMs = 100;

interface Server {
  contents: StoreContents;
  state: StoreState;
  isUp: boolean;
}

/** The connection of a process for messages, to one server at a time. */
interface Subscriber {
  readonly process: SimProcess;
  readonly listener: StoreListener;
  server: Server | undefined;
  isMuffled: boolean;
}

/** The Redis servers of a run: one at first, another one after each failover. */
export class SimRedis {
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #mutate: StoreMutation;
  readonly #serverOf = new Map<SimProcess, Server>();
  readonly #subscribers = new Set<Subscriber>();
  #servers = 0;
  #current: Server;
  #snapshot: StoreContents | undefined;

  constructor(scheduler: Scheduler, chance: Chance, mutate: StoreMutation) {
    this.#scheduler = scheduler;
    this.#chance = chance;
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
    this.#breakConnections((subscriber) => subscriber.server === server);
    this.#scheduler.after(downMs, () => {
      const contents = fromSnapshot ? structuredClone(this.#snapshot) : undefined;
      this.#fill(server, { ...(contents ?? emptyContents("")), replid: this.#freshReplid() });
      server.isUp = true;
    });
  }

  /**
   * A replica takes over, with what had reached it by the last save. Each process finds it after a
   * while of its own; until it is demoted, the old master goes on answering those that have not.
   * Demoted, it is a replica like any other: it has the data of the new master, late, and its id.
   */
  failOver(
    processes: readonly SimProcess[],
    delayOf: (process: SimProcess) => number,
    demoteAfterMs: number,
  ): void {
    const old = this.#current;
    const contents = structuredClone(this.#snapshot ?? old.contents);
    const promoted = this.#serverWith({
      ...contents,
      role: "master",
      replid: this.#freshReplid(),
    });
    this.#current = promoted;
    for (const process of processes) {
      this.#serverOf.set(process, old);
      this.#scheduler.after(delayOf(process), () => {
        // Overtaken by the next failover, or by the end of all faults: it finds the newest.
        if (promoted !== this.#current) return;
        this.#serverOf.set(process, promoted);
        this.#breakConnections((subscriber) => subscriber.process === process);
      });
    }
    this.#scheduler.after(demoteAfterMs, () => {
      this.#fill(old, { ...structuredClone(promoted.contents), role: "replica" });
    });
  }

  /** The connection of a process for messages breaks, and is made anew after so long. */
  cutMessages(process: SimProcess, ms: number): void {
    this.#breakConnections((subscriber) => subscriber.process === process, ms);
  }

  /** Messages to a process are lost for so long, and it does not notice. */
  muffle(process: SimProcess, ms: number): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.process !== process) continue;
      subscriber.isMuffled = true;
      this.#scheduler.after(ms, () => {
        subscriber.isMuffled = false;
      });
    }
  }

  /** Every process reaches the same server, and it is up. */
  heal(): void {
    this.#serverOf.clear();
    this.#current.isUp = true;
    this.#breakConnections((subscriber) => subscriber.server !== this.#current);
  }

  storeOf(process: SimProcess): CacheStore {
    const ask = <T>(name: string, step: (server: Server) => T): Promise<T> =>
      process.call({
        peer: "redis",
        timeoutMs,
        late: () => new StoreFault(`${name} was not answered`),
        execute: (reply) => {
          const server = this.#reach(process);
          if (server.isUp) reply.value(step(server));
          else reply.error(new StoreFault("Connection refused"));
        },
      });
    const mutate = this.#mutate;
    return {
      read: (...args) => ask("read", ({ state, contents }) => mutate.read(state, contents, args)),
      fill: (...args) => ask("fill", ({ state, contents }) => mutate.fill(state, contents, args)),
      fence: (...args) =>
        ask("fence", (server) => {
          const reply = mutate.fence(server.state, server.contents, args);
          const [, keys, fence] = args;
          if (reply.kind === "answered") this.#publish(server, process, { keys, fence });
          return reply;
        }),
      publish: (...args) =>
        ask("publish", ({ state, contents }) => mutate.publish(state, contents, args)),
      unfence: (...args) => ask("unfence", ({ state }) => state.unfence(...args)),
      acknowledge: ({ fence, replyTo }, nodeId) =>
        ask("acknowledge", (server) => {
          for (const subscriber of this.#subscribers) {
            if (subscriber.server !== server || subscriber.process.name !== replyTo) continue;
            subscriber.process.receive("redis", () =>
              subscriber.listener.acknowledged(fence, nodeId),
            );
          }
        }),
      adopt: (nonce) => ask("adopt", ({ state }) => state.adopt(nonce)),
      sweep: () => Promise.resolve(),
      unfitness: () => Promise.resolve(undefined),
      open: (listener) => {
        this.#subscribe({ process, listener, server: undefined, isMuffled: false });
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
  }

  #reach(process: SimProcess): Server {
    return this.#serverOf.get(process) ?? this.#current;
  }

  #publish(
    server: Server,
    writer: SimProcess,
    { keys, fence }: Omit<Invalidation, "replyTo">,
  ): void {
    const invalidation = { keys, fence, replyTo: writer.name };
    for (const subscriber of this.#subscribers) {
      if (subscriber.server !== server || subscriber.process === writer) continue;
      if (subscriber.isMuffled) continue;
      subscriber.process.receive("redis", () => subscriber.listener.invalidated(invalidation));
    }
  }

  #subscribe(subscriber: Subscriber): void {
    const { process } = subscriber;
    this.#subscribers.add(subscriber);
    process.whenKilled(() => this.#subscribers.delete(subscriber));
    process.whenCutOff((peer) => {
      if (peer === "redis") this.#breakConnections((one) => one === subscriber);
    });
    this.#connect(subscriber);
  }

  /** Messages are lost from now on; the process learns of it, and of the new connection, later. */
  #breakConnections(isBroken: (subscriber: Subscriber) => boolean, downMs = 0): void {
    for (const subscriber of this.#subscribers) {
      if (!isBroken(subscriber)) continue;
      const { process, listener, server } = subscriber;
      if (server === undefined) continue;
      subscriber.server = undefined;
      process.wake(this.#chance.between(0.1, 300), () => {
        listener.listening(false);
        process.wake(downMs, () => this.#connect(subscriber));
      });
    }
  }

  #connect(subscriber: Subscriber): void {
    const { process, listener } = subscriber;
    process.wake(this.#chance.between(0.1, 50), () => {
      const server = this.#reach(process);
      if (!server.isUp || process.isCutOff("redis")) {
        this.#connect(subscriber);
        return;
      }
      subscriber.server = server;
      listener.listening(true);
    });
  }

  #freshReplid(): string {
    this.#servers += 1;
    return `replid-${this.#servers}`;
  }

  #serverWith(contents: StoreContents): Server {
    return { contents, state: this.#stateOf(contents), isUp: true };
  }

  #fill(server: Server, contents: StoreContents): void {
    server.contents = contents;
    server.state = this.#stateOf(contents);
  }

  #stateOf(contents: StoreContents): StoreState {
    return new StoreState(contents, 100_000, () => this.#scheduler.nowMs);
  }
}
