import type { MiddlewareHandler } from "hono";
import type { Logger } from "../log.ts";

const maxPathCharacters = 200;

/** What the handlers of one request share. */
export interface RequestState {
  Bindings: {
    /** The IP address of the connection's other end. */
    readonly peerAddress: string | undefined;
  };
  Variables: {
    /** The same id that clients get with an error. */
    requestId: string;
  };
}

/** A request that is answered. */
interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** By `performance.now()`. */
  readonly startedMs: number;
}

/** Writes a line for a request. */
export type RequestLog = (request: AnsweredRequest) => void;

/** One line a request: never a query string, a header or a body, where tokens and passwords travel. */
export function createRequestLog(log: Logger): RequestLog {
  // To look for names of secrets among these five fields would take longer than to write them.
  const lines = log.child({}, { redact: [] });
  return ({ requestId, method, path, status, startedMs }) => {
    const ms = Math.round(performance.now() - startedMs);
    lines.info(
      { requestId, method, path: path.slice(0, maxPathCharacters), status, ms },
      "request",
    );
  };
}

export function logRequests(writeLine: RequestLog): MiddlewareHandler<RequestState> {
  return async (context, next) => {
    const startedMs = performance.now();
    await next();
    const { method, path } = context.req;
    const requestId = context.get("requestId");
    writeLine({ requestId, method, path, status: context.res.status, startedMs });
  };
}
