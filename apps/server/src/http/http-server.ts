import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { ServiceConfig } from "../config.ts";
import { StartError } from "../start-error.ts";
import {
  judgeHead,
  makeEarlyRefusal,
  refuseUnserved,
  sendRaw,
  sendRefusal,
} from "./early-refusal.ts";
import type { RefusalKind } from "./error-response.ts";
import type { QueryAnswerer } from "./answer-queries.ts";
import { boundConnections, boundedOptions, httpLimits, type HttpLimits } from "./http-limits.ts";
import type { SocketServer } from "./socket-server.ts";

/** A server that accepts requests. */
export interface HttpServer {
  readonly port: number;
  /** Open connections, as the operating system counts them. */
  readonly connectionCount: () => Promise<number>;
  /** Accepts no more connections, lets requests in flight finish within the time given, then cuts. */
  readonly stop: (withinMs: number) => Promise<void>;
}

const portsToTry = 20;

/** A request that was answered before the application saw it. */
export interface RefusedRequest {
  readonly requestId: string;
  readonly status: number;
  /** When it was not the client's fault. */
  readonly error?: unknown;
}

/** Who answers what came as a request. */
export interface HttpHandlers {
  /** Asked first: it answers, or says that it does not. */
  readonly answerQuery?: QueryAnswerer;
  readonly answer: (
    request: Request,
    peerAddress: string | undefined,
  ) => Response | Promise<Response>;
}

/**
 * Starts to listen.
 *
 * @param sockets Takes WebSockets over, and is stopped with the server.
 * @param onRefused Told of requests that are refused here. What they said stays untold: none of it
 * was understood.
 *
 * @throws StartError `port_taken`; if no port was asked for, when 20 in a row are taken.
 */
export async function startHttpServer(
  { answerQuery, answer }: HttpHandlers,
  config: Pick<ServiceConfig, "host" | "port">,
  onRefused: (refused: RefusedRequest) => void,
  limits: Partial<HttpLimits> = {},
  sockets?: SocketServer,
): Promise<HttpServer> {
  let isStopping = false;
  const listener = getRequestListener(
    async (request, { incoming }) => {
      // A Host like 256.1.1.1 has the letters of one, and nothing that reads the URL can go on.
      if (!URL.canParse(request.url)) throw new RequestError("Invalid URL");
      const response = await answer(request, incoming.socket.remoteAddress);
      // The client could keep a connection open, and with it the process.
      if (isStopping) response.headers.set("Connection", "close");
      return response;
    },
    {
      // A Host or a path that make no URL. The handler answers its own faults.
      errorHandler(error) {
        const refusal =
          error instanceof RequestError ? refuse("malformed") : refuse("internal", error);
        return new Response(refusal.body, { status: refusal.status, headers: refusal.headers });
      },
    },
  );
  const bounds = { ...httpLimits, ...limits };
  // Node's own check of the Host answers without our headers; judgeHead makes a stricter one.
  const options = {
    ...boundedOptions(bounds),
    requireHostHeader: false,
    // Others offer another protocol, h2c for instance, and are content with an answer in this one.
    shouldUpgradeCallback: isForSocket,
  };
  const server = createServer(options, (incoming, outgoing) => {
    const kind = judgeHead(incoming);
    if (kind !== undefined) {
      sendRefusal(outgoing, refuse(kind));
      return;
    }
    if (answerQuery?.(incoming, outgoing) !== true) void listener(incoming, outgoing);
  });
  refuseUnserved(server, refuse);
  boundConnections(server, bounds);
  if (sockets !== undefined) {
    server.on("upgrade", (incoming, socket, head) => {
      const kind = isForSocket(incoming) ? judgeHead(incoming) : "malformed";
      const refuseSocket = (why: RefusalKind): void => sendRaw(socket, refuse(why));
      if (kind === undefined) sockets.upgrade(incoming, socket, head, refuseSocket);
      else refuseSocket(kind);
    });
  }

  function refuse(kind: RefusalKind, error?: unknown) {
    const refusal = makeEarlyRefusal(kind, randomUUID());
    const { requestId, status } = refusal;
    onRefused({ requestId, status, ...(error !== undefined && { error }) });
    return refusal;
  }
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
    connectionCount: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    async stop(withinMs) {
      isStopping = true;
      await Promise.all([close(server, withinMs), sockets?.stop(withinMs)]);
    },
  };
}

function isForSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
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
