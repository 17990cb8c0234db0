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

/** One line a request: never a query string, a header or a body, where tokens and passwords travel. */
export function requestLog(log: Logger): MiddlewareHandler<RequestState> {
  // To look for names of secrets among these five fields would take longer than to write them.
  const lines = log.child({}, { redact: [] });
  return async (context, next) => {
    const startedMs = performance.now();
    await next();
    lines.info(
      {
        requestId: context.get("requestId"),
        method: context.req.method,
        path: context.req.path.slice(0, maxPathCharacters),
        status: context.res.status,
        ms: Math.round(performance.now() - startedMs),
      },
      "request",
    );
  };
}
