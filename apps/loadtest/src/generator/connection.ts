import { Client, type Dispatcher } from "undici";
import type { LoadAnswer, LoadRequest } from "../load.ts";

/** A request, and the moment from which its deadline counts: `performance.now()`. */
export interface Exchange {
  readonly request: LoadRequest;
  readonly dueAtMs: number;
}

export interface ConnectionWatcher {
  /** The answer is whole, and the connection free again. */
  readonly answered: (connection: Connection, exchange: Exchange, answer: LoadAnswer) => void;
  /** No answer will come, and the connection is of no more use. */
  readonly broken: (connection: Connection, exchange: Exchange, word: string) => void;
  /** It is no request that can be sent. */
  readonly faulty: (error: Error) => void;
}

const maxAnswerBytes = 1024 * 1024;

/**
 * One keep-alive connection, one request at a time. What the client library calls is this object itself,
 * again and again: a closure or a promise for each request would cost as much as sending it.
 */
export class Connection implements Dispatcher.DispatchHandler {
  readonly target: string;
  readonly #client: Client;
  readonly #watcher: ConnectionWatcher;
  #exchange: Exchange | undefined;
  #sentAtMs = 0;
  #status = 0;
  #headers: LoadAnswer["headers"] = {};
  #chunks: Buffer[] = [];

  constructor(target: string, connectTimeoutMs: number, watcher: ConnectionWatcher) {
    this.target = target;
    this.#watcher = watcher;
    this.#client = new Client(target, {
      pipelining: 1,
      allowH2: false,
      connectTimeout: connectTimeoutMs,
      // Whoever holds the connection watches over the deadline of the whole exchange.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: maxAnswerBytes,
    });
  }

  /** What is under way. */
  get exchange(): Exchange | undefined {
    return this.#exchange;
  }

  send(exchange: Exchange): void {
    this.#exchange = exchange;
    const { method, path, headers, body } = exchange.request;
    this.#client.dispatch({ method, path, headers, body: body ?? null }, this);
  }

  /** Forgets what is under way. Nothing is told of it any more. */
  close(): Promise<void> {
    this.#exchange = undefined;
    return this.#client.destroy();
  }

  onRequestStart(): void {
    this.#sentAtMs = performance.now();
    this.#chunks = [];
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: LoadAnswer["headers"],
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    this.#watcher.answered(this, exchange, {
      status: this.#status,
      headers: this.#headers,
      body: textOf(this.#chunks),
      sentAtMs: this.#sentAtMs,
      answeredAtMs: performance.now(),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    this.#exchange = undefined;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "UND_ERR_INVALID_ARG") this.#watcher.faulty(error);
    else this.#watcher.broken(this, exchange, wordFor(code));
  }
}

function wordFor(code: string | undefined): string {
  return code === "UND_ERR_RES_EXCEEDED_MAX_SIZE" ? "answer over 1 MiB" : "connection";
}

function textOf(chunks: readonly Buffer[]): string {
  const [first, second] = chunks;
  if (first === undefined) return "";
  return (second === undefined ? first : Buffer.concat(chunks)).toString("utf8");
}
