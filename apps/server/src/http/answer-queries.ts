import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Auth, AuthContext } from "@portcullis/server";
import {
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  TRPCError,
} from "@trpc/server";
import { getHTTPStatusCode } from "@trpc/server/http";
import type { BuiltAppRouter } from "../app-router.ts";
import type { Logger } from "../log.ts";
import { errorBody, statusOf } from "./error-response.ts";
import { procedureNames } from "./procedure-names.ts";
import { readQueryRequest, trpcPath, type QueryRequest } from "./query-request.ts";
import type { RequestLog } from "./request-log.ts";
import { securityHeaderValues } from "./security-headers.ts";

/** Answers a request of Node; or leaves it alone, and says so. */
export type QueryAnswerer = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

export interface QueryAnswererOptions {
  readonly auth: Auth;
  readonly router: BuiltAppRouter;
  /** Aborted when the service stops: then an answer is the last on its connection. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
  readonly logRequest: RequestLog;
}

interface Answer {
  readonly requestId: string;
  readonly status: number;
  readonly text: string;
}

type CallError = { readonly error: ReturnType<typeof getTRPCErrorShape> };
type CallResult = { readonly result: { readonly data: unknown } } | CallError;

const answerHeaders = {
  ...securityHeaderValues,
  "Cache-Control": "no-store",
  "Content-Type": "application/json",
  Vary: "trpc-accept, accept, Origin",
};

/**
 * Answers plain queries on Node's own request and answer. Nearly all that a service is asked is a
 * query, and the way through `Request`, `Response` and the application costs several times what is
 * done on it. The application would say the same, in headers and body.
 */
export function createQueryAnswerer(options: QueryAnswererOptions): QueryAnswerer {
  const { auth, router, stopping, log, logRequest } = options;
  const queries = procedureNames(router, "query");

  async function answer(
    request: QueryRequest,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const startedMs = performance.now();
    const { requestId, status, text } = await answerCalls(request, incoming, outgoing).catch(
      (error: unknown) => answerFault(error),
    );
    if (stopping.aborted) outgoing.setHeader("Connection", "close");
    outgoing
      .writeHead(status, { ...answerHeaders, "Content-Length": Buffer.byteLength(text) })
      .end(text);
    logRequest({ requestId, method: "GET", path: `${trpcPath}${request.path}`, status, startedMs });
  }

  async function answerCalls(
    { isBatch, names, inputs }: QueryRequest,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<Answer> {
    const context = await auth
      .createContext({ req: incoming, res: outgoing, info: { calls: names } })
      .catch(getTRPCErrorFromUnknown);
    const signal = abortedWhenLeft(outgoing);
    const results = await Promise.all(
      names.map((path, batchIndex) =>
        call({ path, batchIndex, input: inputs[batchIndex], context, signal }),
      ),
    );
    return {
      requestId: context instanceof TRPCError ? randomUUID() : context.requestId,
      status: statusOfAll(results),
      // Here, for data that makes no JSON is a fault like others.
      text: JSON.stringify(isBatch ? results : results[0]),
    };
  }

  async function call({
    path,
    batchIndex,
    input,
    context,
    signal,
  }: {
    readonly path: string;
    readonly batchIndex: number;
    readonly input: unknown;
    readonly context: AuthContext | TRPCError;
    readonly signal: AbortSignal;
  }): Promise<CallResult> {
    const [refusal, ctx] = context instanceof TRPCError ? [context] : [undefined, context];
    try {
      if (refusal !== undefined) throw refusal;
      const data: unknown = await callTRPCProcedure({
        router,
        path,
        type: "query",
        ctx,
        getRawInput: async () => input,
        signal,
        batchIndex,
      });
      // The router has no transformer.
      return { result: { data } };
    } catch (thrown) {
      const error = getTRPCErrorFromUnknown(thrown);
      const config = router._def._config;
      return { error: getTRPCErrorShape({ config, error, type: "query", path, input, ctx }) };
    }
  }

  function answerFault(error: unknown): Answer {
    const requestId = randomUUID();
    log.error({ error, requestId }, "A request failed outside of the procedures");
    const text = JSON.stringify(errorBody("internal", requestId));
    return { requestId, status: statusOf("internal"), text };
  }

  return (incoming, outgoing) => {
    const request = readQueryRequest(incoming, queries);
    if (request === undefined) return false;
    void answer(request, incoming, outgoing);
    return true;
  };
}

/** A client that leaves is no reason to go on with its calls. */
function abortedWhenLeft(outgoing: ServerResponse): AbortSignal {
  const left = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableEnded) left.abort();
  });
  return left.signal;
}

/** One that all share, or 207. */
function statusOfAll(results: readonly CallResult[]): number {
  if (results.every((result) => "result" in result)) return 200;
  return getHTTPStatusCode(results as Parameters<typeof getHTTPStatusCode>[0]);
}
