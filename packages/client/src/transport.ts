import {
  httpBatchLink,
  httpLink,
  type HTTPLinkOptions,
  type Operation,
  type OperationLink,
  type OperationResultEnvelope,
  type TRPCClientError,
} from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { observableToPromise } from "@trpc/server/observable";
import type { ClientOptions, Fetch } from "./options.ts";
import type { HeldTokens } from "./token-set.ts";

// Below the 8 KiB at which the service, and most proxies, refuse a URL.
const maxUrlCharacters = 7_500;

type LinkFetch = NonNullable<HTTPLinkOptions<AnyTRPCRouter["_def"]["_config"]["$types"]>["fetch"]>;

export type Answer = OperationResultEnvelope<unknown, TRPCClientError<AnyTRPCRouter>>;

export type Send = (op: Operation, tokens: HeldTokens | undefined) => Promise<Answer>;

/** Sends calls over HTTP, each request under a deadline. */
export interface Transport {
  /** Sends the call together with others made in the same turn with the same tokens. */
  readonly sendBatched: Send;
  /**
   * Sends the call in a request of its own. What carries a password or a token goes this way: tRPC
   * hangs the whole answer of a batch on the error of each call in it.
   */
  readonly sendAlone: Send;
}

export interface TransportOptions extends ClientOptions {
  readonly maxBatchSize: number;
  readonly timeoutMs: number;
}

export function createTransport(options: TransportOptions): Transport {
  const base = { url: options.url, fetch: withDeadline(options.fetch, options.timeoutMs) };
  // A batch has one Authorization header. With one batching link for each token set, calls of
  // different tokens can not meet in one batch.
  const anonymous = batchingLink(undefined);
  const byTokens = new WeakMap<HeldTokens, OperationLink<AnyTRPCRouter>>();

  function batchingLink(tokens: HeldTokens | undefined): OperationLink<AnyTRPCRouter> {
    return httpBatchLink<AnyTRPCRouter>({
      ...base,
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

  return {
    sendBatched: (op, tokens) => run(batchingLinkOf(tokens), op),
    sendAlone(op, tokens) {
      const link = httpLink({
        ...base,
        headers: () => headersOf(options.headers, tokens),
      });
      return run(link({}), op);
    },
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

function withDeadline(send: Fetch | undefined, timeoutMs: number): LinkFetch {
  return (input, init) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    return (send ?? fetch)(String(input), { ...(init as RequestInit), signal });
  };
}
