import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

import type { PathFaults } from "./faulty-pipe.ts";
import {
  openProxyConnection,
  type ProxyConnection,
  type ProxyDirection,
  type ProxyFaults,
} from "./proxy-connection.ts";
import { addressOf, type ProxyTarget, urlThroughProxy } from "./proxy-target.ts";

const connectionsMax = 1000;
const latencyMsMax = 600_000;

/** Settings of {@link startFaultProxy}. */
export interface FaultProxyOptions {
  /** The server behind the proxy. */
  target: ProxyTarget;
}

/** How long what travels through a {@link FaultProxy} is on its way. */
export interface Latency {
  /** Each way, so that a question and its answer take twice as long. From 0 to 600 000. */
  ms: number;
  /** A random 0 to `jitterMs` more. From 0 to 600 000. Default 0. Nothing overtakes. */
  jitterMs?: number;
}

/**
 * A network that can fail, between one client and one server. Each fault takes effect in the call
 * that orders it, on open connections too, and stays until {@link FaultProxy.heal}; faults add up.
 */
export interface FaultProxy extends AsyncDisposable {
  /**
   * The target's URL with 127.0.0.1 and the proxy's port in it, or `tcp://127.0.0.1:<port>` for a
   * target without a URL. Stays the same over {@link FaultProxy.retarget}.
   */
  readonly url: string;
  readonly port: number;
  /**
   * Delays what travels, in both directions, and what is already on its way too. `{ ms: 0 }` ends
   * it. At most 1 MiB a connection and direction is on its way; beyond that the sender waits.
   */
  latency(latency: Latency): void;
  /**
   * Cuts the network without telling anybody: connections stay open, what is sent is accepted and
   * does not arrive, and new connections are accepted and hear nothing. The end or reset of a
   * connection does not arrive either.
   *
   * Nothing is lost: as with TCP over a cut cable, what was held back arrives, in order, after
   * {@link FaultProxy.heal}, even when its sender has given up meanwhile. The proxy stops reading,
   * so a sender waits once the socket buffers of the system are full.
   *
   * @param direction - Default: both. After `"to-client"` the server does what it is told, and its
   *   answers are held back.
   */
  blackHole(direction?: ProxyDirection): void;
  /**
   * Ends one direction of the open connections, behind what is on its way: the receiver reads an
   * end, and what the sender sends from now on is dropped. The other direction goes on until
   * either side closes it. New connections are whole.
   */
  halfClose(direction: ProxyDirection): void;
  /** Resets new connections. Open ones stay. */
  refuse(): void;
  /** Resets the open connections, on both sides and whatever was on its way. New ones are served. */
  cut(): void;
  /**
   * Ends latency, black hole and refusal: what was held back arrives, and connections that were
   * opened meanwhile reach the server. What was ended or cut stays so.
   */
  heal(): void;
  /**
   * Sends new connections to another server, and those that a black hole has kept from reaching
   * one. Open connections stay where they are: call {@link FaultProxy.cut} for a failover that
   * breaks them.
   *
   * @throws {@link TestServerError} with `INVALID_TARGET`.
   */
  retarget(target: ProxyTarget): void;
  /** Resets the open connections and gives the port back. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a TCP proxy on a free port of 127.0.0.1, in front of one server. Start one for each pair
 * of node and server, so that one node's network can fail and another's not.
 *
 * A connection that the server refuses or resets is reset. Of more than 1000 open connections, new
 * ones are closed.
 *
 * @throws {@link TestServerError} with `INVALID_TARGET`.
 * @example
 * ```ts
 * import { startFaultProxy, startRedis } from "@portcullis/test-servers";
 *
 * await using redis = await startRedis();
 * await using replica = await startRedis({ replicaOf: redis });
 * await using proxy = await startFaultProxy({ target: redis });
 * // Start the node with proxy.url, then:
 *
 * proxy.blackHole();
 * proxy.heal();
 *
 * await replica.promote();
 * proxy.retarget(replica);
 * proxy.cut();
 * ```
 */
export async function startFaultProxy({ target }: FaultProxyOptions): Promise<FaultProxy> {
  let address = addressOf(target);
  let isRefusing = false;
  const faults: ProxyFaults = { "to-server": noFaults(), "to-client": noFaults() };
  const connections = new Set<ProxyConnection>();

  const updateAll = (): void => {
    for (const connection of connections) connection.update();
  };
  const cut = (): void => {
    for (const connection of connections) connection.reset();
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const connection = openProxyConnection(
      client,
      () => address,
      faults,
      () => connections.delete(connection),
    );
    connections.add(connection);
  });
  server.maxConnections = connectionsMax;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  let closing: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    closing ??= once(server.close(), "close");
    cut();
    await closing;
  };

  return {
    url: urlThroughProxy(target, port),
    port,
    latency: ({ ms, jitterMs = 0 }) => {
      const latencyFaults = {
        latencyMs: requireLatency("ms", ms),
        jitterMs: requireLatency("jitterMs", jitterMs),
      };
      Object.assign(faults["to-server"], latencyFaults);
      Object.assign(faults["to-client"], latencyFaults);
      updateAll();
    },
    blackHole: (direction) => {
      if (direction !== "to-client") faults["to-server"].isHeld = true;
      if (direction !== "to-server") faults["to-client"].isHeld = true;
      updateAll();
    },
    halfClose: (direction) => {
      for (const connection of connections) connection.halfClose(direction);
    },
    refuse: () => {
      isRefusing = true;
    },
    cut,
    heal: () => {
      isRefusing = false;
      Object.assign(faults["to-server"], noFaults());
      Object.assign(faults["to-client"], noFaults());
      updateAll();
    },
    retarget: (newTarget) => {
      address = addressOf(newTarget);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function noFaults(): PathFaults {
  return { isHeld: false, latencyMs: 0, jitterMs: 0 };
}

function requireLatency(name: string, ms: number): number {
  if (ms >= 0 && ms <= latencyMsMax) {
    return ms;
  }
  throw new RangeError(`${name} must be from 0 to ${latencyMsMax}, not ${ms}`);
}
