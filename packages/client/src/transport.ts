import {
  httpBatchLink,
  httpLink,
  type Operation,
  type OperationLink,
  type OperationResultEnvelope,
  type TRPCClientError,
} from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { observableToPromise } from "@trpc/server/observable";
import { boundFetch, type BoundedFetch } from "./bounded-fetch.ts";
import type { ClientOptions } from "./options.ts";
import { sendRefresh } from "./send-refresh.ts";
import type { HeldTokens } from "./token-set.ts";

// Below the 8 KiB at which the service, and most proxies, refuse a URL.
const maxUrlCharacters = 7_500;

export type Answer = OperationResultEnvelope<unknown, TRPCClientError<AnyTRPCRouter>>;

export type Send = (op: Operation, tokens: HeldTokens | undefined) => Promise<Answer>;

/** Sends calls over HTTP, each request under a deadline and each answer under a bound of bytes. */
export interface Transport {
  /** Sends the call together with others made in the same turn with the same tokens. */
  readonly sendBatched: Send;
  /**
   * Sends the call in a request of its own. What carries a password or a token goes this way: tRPC
   * hangs the whole answer of a batch on the error of each call in it.
   */
  readonly sendAlone: Send;
  /** Sends a refresh alone, with its own deadline, and repeats it once when its answer is lost. */
  readonly sendRefresh: (op: Operation) => Promise<Answer>;
}

export interface TransportOptions extends ClientOptions {
  readonly maxBatchSize: number;
  readonly maxResponseBytes: number;
  readonly timeoutMs: number;
  readonly refreshTimeoutMs: number;
}

export function createTransport(options: TransportOptions): Transport {
  const { url, maxResponseBytes: maxBytes } = options;
  const callFetch = boundFetch(options.fetch, { timeoutMs: options.timeoutMs, maxBytes });
  const refreshFetch = boundFetch(options.fetch, {
    timeoutMs: options.refreshTimeoutMs,
    maxBytes,
  });
  // A batch has one Authorization header. With one batching link for each token set, calls of
  // different tokens can not meet in one batch.
  const anonymous = batchingLink(undefined);
  const byTokens = new WeakMap<HeldTokens, OperationLink<AnyTRPCRouter>>();

  function batchingLink(tokens: HeldTokens | undefined): OperationLink<AnyTRPCRouter> {
    return httpBatchLink<AnyTRPCRouter>({
      url,
      fetch: callFetch,
      headers: () => headersOf(options.headers, tokens),
      maxItems: options.maxBatchSize,
      maxURLLength: maxUrlCharacters,
    })({});
  }

  function batchingLinkOf(tokens: HeldTokens | undefined): OperationLink<AnyTRPCRouter> {
    if (tokens === undefined) return anonymous;
    const known = byTokens.get(tokens);
    if (known !== undefined) return known;
    const link = batchingLink(tokens);
    byTokens.set(tokens, link);
    return link;
  }

  function send(
    op: Operation,
    tokens: HeldTokens | undefined,
    fetch: BoundedFetch,
  ): Promise<Answer> {
    const headers = (): Promise<Record<string, string>> => headersOf(options.headers, tokens);
    return run(httpLink({ url, fetch, headers })({}), op);
  }

  return {
    sendBatched: (op, tokens) => run(batchingLinkOf(tokens), op),
    sendAlone: (op, tokens) => send(op, tokens, callFetch),
    sendRefresh: (op) =>
      sendRefresh(op, refreshFetch, (refresh, fetch) => send(refresh, undefined, fetch)),
  };
}

function run(link: OperationLink<AnyTRPCRouter>, op: Operation): Promise<Answer> {
  return observableToPromise(link({ op, next: noNextLink }));
}

function noNextLink(): never {
  throw new Error("Unreachable: the HTTP links are the last of the chain.");
}

async function headersOf(
  headers: ClientOptions["headers"],
  tokens: HeldTokens | undefined,
): Promise<Record<string, string>> {
  const merged = new Headers(typeof headers === "function" ? await headers() : headers);
  merged.delete("authorization");
  if (tokens !== undefined) merged.set("authorization", `Bearer ${tokens.accessToken}`);
  return Object.fromEntries(merged);
}
