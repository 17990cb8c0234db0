import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { ServiceConfig } from "../config.ts";
import { StartError } from "../start-error.ts";

/** A server that accepts requests. */
export interface HttpServer {
  readonly port: number;
  /** Accepts no more connections, lets requests in flight finish within the time given, then cuts. */
  readonly stop: (withinMs: number) => Promise<void>;
}

const portsToTry = 20;
const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
};

/**
 * Starts to listen.
 *
 * @throws StartError `port_taken`; if no port was asked for, when 20 in a row are taken.
 */
export async function startHttpServer(
  handler: (request: Request) => Response | Promise<Response>,
  config: Pick<ServiceConfig, "host" | "port">,
): Promise<HttpServer> {
  let isStopping = false;
  const server = createAdaptorServer({
    async fetch(request) {
      const response = await handler(request);
      // The client could keep a connection open, and with it the process.
      if (isStopping) response.headers.set("Connection", "close");
      return response;
    },
    serverOptions: timeouts,
  }) as Server;
  const last = config.port.kind === "exact" ? config.port.port : config.port.port + portsToTry - 1;
  for (let port = config.port.port; ; port += 1) {
    try {
      await listen(server, config.host, port);
      break;
    } catch (error) {
      if (!isTaken(error)) throw error;
      if (port === last) throw portTaken(config, last, error);
    }
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    port: address.port,
    stop(withinMs) {
      isStopping = true;
      return close(server, withinMs);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

function portTaken(
  { host, port }: Pick<ServiceConfig, "host" | "port">,
  last: number,
  cause: unknown,
): StartError {
  const what =
    port.kind === "exact"
      ? `Port ${last} of ${host} is taken: set PORT to another one, or to 0 for a free one.`
      : `Ports ${port.port} to ${last} of ${host} are taken: set PORT to a free one.`;
  return new StartError("port_taken", what, { cause });
}

function close(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), withinMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
