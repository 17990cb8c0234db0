import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { DisturbedServers, OrderOutcome } from "./disturbed-servers.ts";

const keyHeader = "x-lab-key";
const requestTimeoutMs = 5_000;

export interface ControlServerOptions {
  readonly servers: DisturbedServers;
  readonly port: number;
  /** Who does not show it is refused. */
  readonly key: string;
  /** The origin of the one page that may call. */
  readonly pageOrigin: string;
}

/**
 * Lets the lab's page disturb the servers: `GET /state`, `POST /redis/<order>` and
 * `POST /nodes/<name>/<order>`, each answered by the state that they are in then. On 127.0.0.1 only.
 */
export async function startControlServer(options: ControlServerOptions): Promise<AsyncDisposable> {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    answer(request, options).then(
      (status) => send(response, status, options),
      (error: unknown) => send(response, 500, options, String(error)),
    );
  });
  server.listen({ port: options.port, host: "127.0.0.1" });
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Carries the request out, and says with which status it is answered. */
async function answer(request: IncomingMessage, options: ControlServerOptions): Promise<number> {
  // What it asks for stands in its path.
  request.resume();
  if (request.method === "OPTIONS") return 204;
  if (!showsKey(request, options.key)) return 403;
  const path = (request.url ?? "").split("/").slice(1).map(decode);
  if (request.method === "GET") return path.length === 1 && path[0] === "state" ? 200 : 404;
  if (request.method !== "POST") return 405;
  return statusOf(await carryOut(path, options.servers));
}

async function carryOut(path: readonly string[], servers: DisturbedServers): Promise<OrderOutcome> {
  const [kind, name = "", order = ""] = path;
  if (kind === "redis" && path.length === 2) return servers.orderRedis(name);
  if (kind === "nodes" && path.length === 3) return servers.orderNode(name, order);
  return { kind: "unknown_order" };
}

function statusOf({ kind }: OrderOutcome): number {
  switch (kind) {
    case "done":
      return 200;
    case "refused":
      return 409;
    case "unknown_order":
      return 404;
  }
}

function showsKey({ headers }: IncomingMessage, key: string): boolean {
  const shown = Buffer.from(String(headers[keyHeader] ?? ""));
  const expected = Buffer.from(key);
  return shown.length === expected.length && timingSafeEqual(shown, expected);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

function send(
  response: ServerResponse,
  status: number,
  { servers, pageOrigin }: ControlServerOptions,
  error?: string,
): void {
  const isOrder = status === 200 || status === 409;
  response.writeHead(status, {
    "Access-Control-Allow-Origin": pageOrigin,
    "Access-Control-Allow-Headers": keyHeader,
    "Access-Control-Allow-Methods": "GET, POST",
    "Cache-Control": "no-store",
    Vary: "Origin",
    ...(status !== 204 && { "Content-Type": "application/json" }),
  });
  response.end(status === 204 ? undefined : JSON.stringify(isOrder ? servers.state() : { error }));
}
