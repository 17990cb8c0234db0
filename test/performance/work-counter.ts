import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setImmediate } from "node:timers/promises";
import { createClient } from "@redis/client";
import { Client, Pool } from "pg";
import { vi, type MockInstance } from "vitest";
import { PacedSocket } from "../../apps/server/src/http/paced-socket.ts";

/** What was done for one request, its answer and what goes on after it. */
export interface Work {
  /**
   * What Redis was sent meanwhile, by whomever, each command with its arguments. Pings are left out:
   * each connection sends them by itself.
   */
  readonly redisCommands: readonly (readonly string[])[];
  /** What Postgres was sent; a begin and a commit are statements too. */
  readonly statements: readonly string[];
  /** The most connections to Postgres that it wanted at the same time. */
  readonly connectionsAtOnce: number;
  readonly signatureChecks: number;
  /** Where `JSON.parse` was called: in our code, and in Node and the libraries. */
  readonly parses: { readonly ours: readonly string[]; readonly others: readonly string[] };
}

/** Counts what services in this process do for a request. */
export interface WorkCounter extends AsyncDisposable {
  /** Makes a request, or several, and says what was done for them. One call at a time. */
  readonly count: (request: () => Promise<unknown>) => Promise<Work>;
}

interface Noted {
  readonly statements: string[];
  /** Wanted and not given back. */
  connections: number;
  connectionsAtOnce: number;
  signatureChecks: number;
  readonly parses: { readonly ours: string[]; readonly others: string[] };
}

/**
 * The request that code runs for, through all its turns. What a node does by itself runs for none:
 * renewals of its lease, its upkeep, answers to other nodes.
 */
const requests = new AsyncLocalStorage<Noted>();

/** A method with overloads, of which a spy would know the last one only. */
type AnyMethod = (...args: unknown[]) => unknown;

/** @param redisUrl of a Redis that nobody else uses meanwhile. */
export async function startWorkCounter(redisUrl: string): Promise<WorkCounter> {
  const wire = await watchRedis(redisUrl);
  return {
    async count(request) {
      const noted: Noted = {
        statements: [],
        connections: 0,
        connectionsAtOnce: 0,
        signatureChecks: 0,
        parses: { ours: [], others: [] },
      };
      using _requests = noteRequests(noted);
      using _statements = noteStatements();
      using _signatures = noteSignatureChecks();
      using _parses = noteParses();
      await wire.sinceLast();
      await request();
      // What goes on after the answer has asked for its connection before it.
      while (noted.connections > 0) await setImmediate();
      return { ...noted, redisCommands: await wire.sinceLast() };
    },
    [Symbol.asyncDispose]: () => wire.close(),
  };
}

/** From here on, what runs for a request or for a message of a WebSocket finds where to note it. */
function noteRequests(noted: Noted): Disposable {
  const channel = "http.server.request.start";
  const onRequest = (): void => requests.enterWith(noted);
  subscribe(channel, onRequest);

  const { emit } = PacedSocket.prototype;
  const emits = vi.spyOn(PacedSocket.prototype, "emit");
  emits.mockImplementation(function (this: PacedSocket, event, ...values) {
    const go = (): boolean => emit.call(this, event, ...values);
    return event === "message" ? requests.run(noted, go) : go();
  });
  return {
    [Symbol.dispose]() {
      unsubscribe(channel, onRequest);
      emits.mockRestore();
    },
  };
}

/** Postgres is listened to where its driver sends: on the wire nobody could say for which request. */
function noteStatements(): Disposable {
  const pools = new Set<Pool>();
  const onRelease = (): void => {
    const noted = requests.getStore();
    if (noted !== undefined) noted.connections -= 1;
  };
  const { connect } = Pool.prototype;
  const connects = vi.spyOn(Pool.prototype, "connect") as unknown as MockInstance<AnyMethod>;
  connects.mockImplementation(function (this: Pool, ...args) {
    if (!pools.has(this)) pools.add(this.on("release", onRelease));
    const noted = requests.getStore();
    if (noted !== undefined) {
      noted.connections += 1;
      noted.connectionsAtOnce = Math.max(noted.connectionsAtOnce, noted.connections);
    }
    return Reflect.apply(connect, this, args);
  });
  const { query } = Client.prototype;
  const queries = vi.spyOn(Client.prototype, "query") as unknown as MockInstance<AnyMethod>;
  queries.mockImplementation(function (this: Client, ...args) {
    requests.getStore()?.statements.push(String(args[0]));
    return Reflect.apply(query, this, args);
  });
  return {
    [Symbol.dispose]() {
      connects.mockRestore();
      queries.mockRestore();
      for (const pool of pools) pool.off("release", onRelease);
    },
  };
}

function noteSignatureChecks(): Disposable {
  const verify = crypto.subtle.verify.bind(crypto.subtle);
  return vi.spyOn(crypto.subtle, "verify").mockImplementation((...args) => {
    const noted = requests.getStore();
    if (noted !== undefined) noted.signatureChecks += 1;
    return verify(...args);
  });
}

function noteParses(): Disposable {
  const { parse } = JSON;
  return vi.spyOn(JSON, "parse").mockImplementation((...args) => {
    const noted = requests.getStore();
    // Outside of the request, for to write a stack down parses source maps.
    const caller = noted && requests.exit(() => callerOfParse(new Error().stack ?? ""));
    if (caller !== undefined) {
      const isOurs = /\/(?:apps|packages)\//.test(caller) && !caller.includes("/node_modules/");
      noted?.parses[isOurs ? "ours" : "others"].push(caller);
    }
    return parse(...args) as unknown;
  });
}

/** The line of the stack that called `JSON.parse`. */
function callerOfParse(stack: string): string {
  const lines = stack.split("\n");
  const parse = lines.findIndex((line) => line.includes("at JSON.parse "));
  return lines[parse + 1]?.trim() ?? "";
}

interface RedisWire {
  /** The commands since the last call. */
  readonly sinceLast: () => Promise<readonly (readonly string[])[]>;
  readonly close: () => Promise<void>;
}

/** Reads along what a Redis is sent by all of its clients, in the order in which it answers them. */
async function watchRedis(url: string): Promise<RedisWire> {
  const [monitor, marker] = [createClient({ url }), createClient({ url })];
  await Promise.all([monitor.connect(), marker.connect()]);
  const commands: (readonly string[])[] = [];
  let awaited: { readonly mark: string; readonly seen: () => void } | undefined;
  await monitor.monitor((line) => {
    const command = readCommand(line);
    if (command === undefined) return;
    if (command[1] === awaited?.mark) awaited?.seen();
    else commands.push(command);
  });
  return {
    async sinceLast() {
      const { promise, resolve: seen } = Promise.withResolvers<void>();
      awaited = { mark: randomUUID(), seen };
      await Promise.all([marker.echo(awaited.mark), promise]);
      return commands.splice(0);
    },
    close() {
      monitor.destroy();
      marker.destroy();
      return Promise.resolve();
    },
  };
}

/** The words of a line of MONITOR; not of pings, nor of what a script does inside of Redis. */
function readCommand(line: string): readonly string[] | undefined {
  const [, client, text = ""] = /^\S+ \[\d+ (\S+)\] (.*)$/s.exec(line) ?? [];
  const words = Array.from(text.matchAll(/"((?:[^"\\]|\\.)*)"/gs), ([, word = ""]) => word);
  return client === "lua" || words[0]?.toUpperCase() === "PING" ? undefined : words;
}
