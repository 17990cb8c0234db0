import type { Server, ServerOptions } from "node:http";

/** What clients may take of the service's memory and time. */
export interface HttpLimits {
  /** Longest arrival of a request's head, in milliseconds. */
  readonly headMs: number;
  /** Longest arrival of a whole request, in milliseconds. */
  readonly requestMs: number;
  /** How often late requests are looked for, in milliseconds. */
  readonly checkEveryMs: number;
  /** Longest silence of a connection whose client does not read its answer, in milliseconds. */
  readonly silenceMs: number;
  /** Connections at once; the ones above are closed as they come. */
  readonly maxConnections: number;
  /** Told of each silence during a request, whoever keeps it; for tests. */
  readonly onSilence?: () => void;
}

/**
 * A connection that nobody reads holds at most its request, 32 KiB, and the largest answer, 640 KiB
 * for a batch of ten pages of posts. 1000 of them are 0.7 GB, which a machine for this service has;
 * honest clients are served long before there are so many at once.
 */
const maxConnections = 1_000;

export const httpLimits: HttpLimits = {
  headMs: 10_000,
  requestMs: 15_000,
  checkEveryMs: 1_000,
  silenceMs: 15_000,
  maxConnections,
};

const keepAliveMs = 5_000;

/** Longest URL, of requests and handshakes. */
export const maxUrlCharacters = 8 * 1024;

/** The limits that Node keeps by itself. */
export function boundedOptions(limits: HttpLimits): ServerOptions {
  return {
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: keepAliveMs,
  };
}

/**
 * Bounds the connections. A silence before the answer begins is our own, for a write may wait for
 * other nodes; one after it is a client that does not read, and is cut.
 */
export function boundConnections(server: Server, limits: HttpLimits): void {
  server.maxConnections = limits.maxConnections;
  server.timeout = limits.silenceMs;
  server.on("request", (_incoming, answer) => {
    answer.on("timeout", () => {
      limits.onSilence?.();
      if (answer.headersSent) answer.socket?.destroy();
    });
  });
}
