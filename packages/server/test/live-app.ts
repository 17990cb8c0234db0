import { EventEmitter, on, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { initTRPC } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { observable } from "@trpc/server/observable";
import { WebSocket, WebSocketServer } from "ws";
import type { AuthContext, ErrorShape } from "../src/index.ts";
import type { TestNode } from "./start-auth.ts";

/** What a subscriber is told, whatever it came over. */
export type Told =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "error"; readonly reason: string; readonly error: ErrorShape }
  | { readonly kind: "end" };

/** A live subscription, as a client has it. */
export interface Subscriber {
  /** The next thing that it is told. */
  next(): Promise<Told>;
  /** Leaves without a word, as a browser does whose tab is closed. */
  leave(): Promise<void>;
}

export type Over = "sse" | "ws";
export type LivePath =
  | "values"
  | "observed"
  | "moderated"
  | "signedInThenPermitted"
  | "permittedThenSignedIn"
  | "failing"
  | "refusing";

/** An application with live procedures over one node. */
export interface LiveApp extends AsyncDisposable {
  /** Sends a value to all subscribers but those of `late`, `failing` and `refusing`. */
  send(value: unknown): void;
  /** How many resolvers are listening. */
  listening(): number;
  /** How many calls of `late` wait before they answer with an observable. */
  waiting(): number;
  /** Lets them go on. */
  openGates(): void;
  /** Subscribes, and waits for the first value: `"ready"`, or the refusal. */
  subscribe(over: Over, path: LivePath, token?: string): Promise<Subscriber & { first: Told }>;
  /** Opens a WebSocket. */
  connect(options?: ConnectOptions): Promise<LiveSocket>;
  readonly port: number;
}

export interface ConnectOptions {
  readonly token?: string | undefined;
  /** Other parameters instead of the token. */
  readonly parameters?: unknown;
  readonly query?: string;
  readonly headers?: Record<string, string>;
}

/** A WebSocket with tRPC's messages on it. */
export interface LiveSocket {
  /** Calls, and resolves with what came back under the call's id. */
  call(method: "query" | "mutation", path: string, input?: unknown): Promise<Told>;
  subscribe(path: string): Subscriber;
  /** Sends any text. */
  raw(text: string): void;
  /** Resolves once it is closed, with the code. */
  readonly closed: Promise<number>;
  terminate(): void;
}

/** Serves live procedures over SSE and, on a port of its own, over WebSockets. */
export async function startLiveApp({ auth }: TestNode): Promise<LiveApp> {
  const source = new EventEmitter().setMaxListeners(0);
  const t = initTRPC.context<AuthContext>().create({
    errorFormatter: auth.formatError,
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 200 } },
  });
  async function* values({ signal }: { signal: AbortSignal | undefined }) {
    const heard = on(source, "value", signal && { signal });
    yield "ready";
    for await (const [value] of heard) yield value as unknown;
  }
  const gates: PromiseWithResolvers<void>[] = [];
  const signedIn = t.procedure.concat(auth.signedIn);
  const router = t.router({
    auth: auth.router,
    values: signedIn.subscription(values),
    moderated: t.procedure.concat(auth.permitted("posts:moderate")).subscription(values),
    signedInThenPermitted: signedIn.concat(auth.permitted("posts:moderate")).subscription(values),
    permittedThenSignedIn: t.procedure
      .concat(auth.permitted("posts:moderate"))
      .concat(auth.signedIn)
      .subscription(values),
    observed: signedIn.subscription(() =>
      observable<unknown>((observer) => {
        const listener = (value: unknown): void => observer.next(value);
        source.on("value", listener);
        observer.next("ready");
        return () => source.off("value", listener);
      }),
    ),
    late: signedIn.subscription(async () => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return observable<string>((observer) => observer.next("ready"));
    }),
    // oxlint-disable-next-line require-yield
    failing: signedIn.subscription(async function* failing(): AsyncGenerator<string> {
      await Promise.resolve();
      throw new Error("The resolver failed");
    }),
    refusing: signedIn.subscription((): AsyncGenerator<string> => {
      throw new Error("The resolver refused");
    }),
  });

  const server = createServer();
  const wss = new WebSocketServer({ server });
  applyWSSHandler({
    wss,
    router,
    createContext: (request) => auth.createSocketContext(request),
    maxBatchSize: 10,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  async function subscribeBySse(path: string, token: string | undefined): Promise<Subscriber> {
    const gone = new AbortController();
    const response = await fetchRequestHandler({
      endpoint: "/trpc",
      router,
      req: new Request(`http://api.test/trpc/${path}`, {
        headers: {
          accept: "text/event-stream",
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        signal: gone.signal,
      }),
      createContext: (request) => auth.createContext({ ...request, peerAddress: "192.0.2.1" }),
    });
    const told = readEvents(response.body as ReadableStream<Uint8Array>);
    return {
      async next() {
        const result = await told.next();
        return result.done === true ? { kind: "end" } : result.value;
      },
      async leave() {
        gone.abort();
        await response.body?.cancel().catch(() => undefined);
      },
    };
  }

  async function connect(options: ConnectOptions = {}): Promise<LiveSocket> {
    const { token, query = "connectionParams=1", headers = {} } = options;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/?${query}`, { headers });
    const closed = once(socket, "close").then(([code]) => Number(code));
    const listeners = new Map<number, (told: Told) => void>();
    let ids = 0;
    socket.on("message", (data) => {
      // oxlint-disable-next-line typescript/no-base-to-string
      const text = String(data);
      if (text === "PONG") return;
      const message = JSON.parse(text) as SocketMessage;
      const tell = listeners.get(message.id ?? -1);
      const told = readMessage(message);
      if (told !== undefined) tell?.(told);
    });
    await once(socket, "open");
    const parameters = options.parameters ?? {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    socket.send(JSON.stringify({ method: "connectionParams", data: parameters }));

    function send(method: string, path: string, input: unknown): Subscriber & { id: number } {
      const id = (ids += 1);
      const queue = createQueue<Told>();
      listeners.set(id, queue.push);
      socket.send(JSON.stringify({ id, method, params: { path, input } }));
      return {
        id,
        next: queue.next,
        leave: async () => {
          socket.terminate();
          await closed;
        },
      };
    }

    return {
      call: (method, path, input) => send(method, path, input).next(),
      subscribe: (path) => send("subscription", path, undefined),
      raw: (text) => socket.send(text),
      closed,
      terminate: () => socket.terminate(),
    };
  }

  return {
    port,
    send: (value) => void source.emit("value", value),
    listening: () => source.listenerCount("value"),
    waiting: () => gates.length,
    openGates: () => gates.splice(0).forEach((gate) => gate.resolve()),
    connect,
    async subscribe(over, path, token) {
      const subscriber =
        over === "sse"
          ? await subscribeBySse(path, token)
          : (await connect({ token })).subscribe(path);
      return { ...subscriber, first: await subscriber.next() };
    },
    async [Symbol.asyncDispose]() {
      for (const client of wss.clients) client.terminate();
      wss.close();
      server.close();
      await once(server, "close");
    },
  };
}

interface SocketMessage {
  readonly id: number | null;
  readonly error?: ErrorShape;
  readonly result?: { readonly type: "started" | "stopped" | "data"; readonly data?: unknown };
}

function readMessage({ error, result }: SocketMessage): Told | undefined {
  if (error !== undefined) return { kind: "error", reason: error.data.reason, error };
  if (result?.type === "stopped") return { kind: "end" };
  return result?.type === "data" ? { kind: "value", value: result.data } : undefined;
}

/** What tRPC's event stream says, without its pings. */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<Told> {
  let text = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const events = `${text}${chunk}`.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const [, kind = "message"] = /^event: (.+)$/m.exec(event) ?? [];
      const [, data = ""] = /^data: (.*)$/m.exec(event) ?? [];
      if (kind === "serialized-error") {
        const error = JSON.parse(data) as ErrorShape;
        yield { kind: "error", reason: error.data.reason, error };
      } else if (kind === "message" && data !== "") {
        yield { kind: "value", value: JSON.parse(data) as unknown };
      } else if (kind === "return") {
        yield { kind: "end" };
      }
    }
  }
}

function createQueue<Value>() {
  const waiting: ((value: Value) => void)[] = [];
  const values: Value[] = [];
  return {
    push(value: Value): void {
      const tell = waiting.shift();
      if (tell === undefined) values.push(value);
      else tell(value);
    },
    async next(): Promise<Value> {
      const [value] = values.splice(0, 1);
      return value ?? new Promise((resolve) => waiting.push(resolve));
    },
  };
}
