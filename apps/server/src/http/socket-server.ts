import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Auth } from "@portcullis/server";
import { getWSConnectionHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";
import type { BuiltAppRouter } from "../app-router.ts";
import type { Logger } from "../log.ts";
import { createCallFlow, type CallFlow } from "./call-flow.ts";
import type { RefusalKind } from "./error-response.ts";
import { maxUrlCharacters } from "./http-limits.ts";
import { PacedSocket } from "./paced-socket.ts";
import { socketLimits, type SocketLimits } from "./socket-limits.ts";
import { answerPings } from "./socket-pings.ts";

/** The WebSockets of the service. */
export interface SocketServer {
  /** Takes the connection of a handshake over, or refuses it. */
  readonly upgrade: (
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    refuse: (kind: RefusalKind) => void,
  ) => void;
  /** Lets calls in flight finish within the time given; clients are told to connect anew. */
  readonly stop: (withinMs: number) => Promise<void>;
}

export interface SocketServerOptions {
  readonly auth: Auth;
  readonly router: BuiltAppRouter;
  readonly log: Logger;
  readonly limits?: Partial<SocketLimits>;
}

const path = "/trpc";
/** The client did not say in time whose the connection is. */
const policyViolation = 1008;

/** Serves the procedures over WebSockets. */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { auth, router, log } = options;
  const limits = { ...socketLimits, ...options.limits };
  const server = new WebSocketServer({
    noServer: true,
    WebSocket: PacedSocket,
    maxPayload: limits.maxMessageBytes,
    maxFragments: limits.maxMessageParts,
    maxBufferedChunks: limits.maxMessageParts,
    // A small message could become a large one.
    perMessageDeflate: false,
    autoPong: false,
  });
  const refusals = new WeakMap<Duplex, (kind: RefusalKind) => void>();
  server.on("wsClientError", (_error, socket) => refusals.get(socket)?.("malformed"));
  const flows = new Map<PacedSocket, CallFlow>();
  const ofAddress = new Map<string, number>();
  let isStopping = false;

  function judge(incoming: IncomingMessage): RefusalKind | { readonly address: string } {
    const { url = "" } = incoming;
    if (url.length > maxUrlCharacters) return "url_too_long";
    if (url.split("?", 1)[0] !== path) return "not_found";
    if (isStopping) return "too_many_sockets";
    const admission = auth.admitSocket({ req: incoming });
    if (admission.kind === "refused") {
      return admission.httpStatus === 403 ? "foreign" : "malformed";
    }
    const address = admission.limitAddress;
    const isFull =
      flows.size >= limits.maxSockets ||
      (ofAddress.get(address) ?? 0) >= limits.maxSocketsPerAddress;
    return isFull ? "too_many_sockets" : { address };
  }

  function serve(client: PacedSocket, incoming: IncomingMessage, address: string): void {
    client.setPace(limits);
    const flow = createCallFlow(client, limits);
    flows.set(client, flow);
    ofAddress.set(address, (ofAddress.get(address) ?? 0) + 1);
    const life = setTimeout(flow.finish, limits.lifeMs);
    const silence = setTimeout(() => client.close(policyViolation), limits.contextMs);
    client.on("close", () => {
      clearTimeout(life);
      clearTimeout(silence);
      flows.delete(client);
      const left = (ofAddress.get(address) ?? 0) - 1;
      if (left > 0) ofAddress.set(address, left);
      else ofAddress.delete(address);
    });
    answerPings(client);
    getWSConnectionHandler({
      wss: server,
      router,
      maxBatchSize: limits.maxBatchSize,
      dangerouslyDisablePong: true,
      keepAlive: { enabled: true, pingMs: limits.pingMs, pongWaitMs: limits.pongMs },
      experimental_encoder: flow.encoder,
      async createContext(request) {
        const made = await auth.createSocketContext(request);
        clearTimeout(silence);
        log.info({ requestId: made.requestId, method: "GET", path, status: 101 }, "request");
        return made;
      },
      // Clients are told by the formatter, and so is the log where something is wrong with us.
      onError: () => undefined,
    })(client, incoming);
  }

  return {
    upgrade(incoming, socket, head, refuse) {
      const verdict = judge(incoming);
      if (typeof verdict === "string") return refuse(verdict);
      refusals.set(socket, refuse);
      server.handleUpgrade(incoming, socket, head, (client) =>
        serve(client, incoming, verdict.address),
      );
    },
    async stop(withinMs) {
      isStopping = true;
      const closed = Array.from(
        flows.keys(),
        (client) => new Promise((resolve) => client.once("close", resolve)),
      );
      const cut = setTimeout(() => {
        for (const client of flows.keys()) client.terminate();
      }, withinMs);
      for (const flow of flows.values()) flow.finish();
      await Promise.all(closed);
      clearTimeout(cut);
    },
  };
}
