import {
  httpLink,
  type Operation,
  type OperationResultEnvelope,
  type TRPCClientError,
} from "@trpc/client";
import type { AnyTRPCRouter } from "@trpc/server";
import { observableToPromise } from "@trpc/server/observable";
import { boundFetch, type BoundedFetch } from "./bounded-fetch.ts";
import type { ResolvedOptions } from "./options.ts";
import { sendRefresh } from "./send-refresh.ts";
import type { AccessToken } from "./token-set.ts";

export type Answer = OperationResultEnvelope<unknown, TRPCClientError<AnyTRPCRouter>>;

/**
 * Sends the auth procedures, each in a request of its own: tRPC hangs the whole answer of a batch on
 * the error of each call in it, and a streamed answer can not set a cookie.
 */
export interface Sender {
  readonly send: (op: Operation, access: AccessToken | undefined) => Promise<Answer>;
  /** Has its own deadline, and is repeated once when its answer is lost. */
  readonly sendRefresh: (op: Operation) => Promise<Answer>;
}

export function createSender(options: ResolvedOptions): Sender {
  const credentials = options.isCookie ? ({ credentials: "include" } as const) : {};
  const { maxResponseBytes: maxBytes } = options;
  const fetchWithin = (timeoutMs: number): BoundedFetch =>
    boundFetch(options.fetch, { timeoutMs, maxBytes }, credentials);
  const callFetch = fetchWithin(options.timeoutMs);
  const refreshFetch = fetchWithin(options.refreshTimeoutMs);

  function send(
    op: Operation,
    access: AccessToken | undefined,
    fetch: BoundedFetch,
  ): Promise<Answer> {
    const link = httpLink({
      url: options.url,
      fetch,
      headers: () => headersWith(options.headers, access),
    });
    return observableToPromise(link({})({ op, next: noNextLink }));
  }

  return {
    send: (op, access) => send(op, access, callFetch),
    sendRefresh: (op) =>
      sendRefresh(op, refreshFetch, (refresh, fetch) => send(refresh, undefined, fetch)),
  };
}

function noNextLink(): never {
  throw new Error("Unreachable: the HTTP link is the last of the chain.");
}

export function dataOf(answer: Answer): unknown {
  return "data" in answer.result ? answer.result.data : undefined;
}

/** The app's headers, without its Authorization, and that of the access token. */
export async function headersWith(
  headers: ResolvedOptions["headers"],
  access: AccessToken | undefined,
): Promise<Record<string, string>> {
  const merged = new Headers(typeof headers === "function" ? await headers() : headers);
  merged.delete("authorization");
  if (access !== undefined) merged.set("authorization", `Bearer ${access.text}`);
  return Object.fromEntries(merged);
}
