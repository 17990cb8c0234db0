import type { IncomingMessage, ServerResponse } from "node:http";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { nameRequest } from "../request-ids.ts";
import type { AuthContext, CheckOutcome } from "./auth-context.ts";
import { readBearer } from "./bearer.ts";
import { checkPresented, verifyPresented } from "./check-access-token.ts";
import type { PresentedOutcome } from "./check-access-token.ts";
import { judgeRequest } from "./judge-request.ts";
import { headersOfNode, headOfNode } from "./node-request.ts";
import { readCaller } from "./read-caller.ts";
import { createRefreshCookie } from "./refresh-cookie.ts";
import type { AnswerHeaders, RequestHead } from "./request-head.ts";
import { watchToken } from "./watch-token.ts";

/** Of tRPC's `info`, what is read of it. */
interface RequestInfo {
  readonly calls: readonly unknown[];
  readonly accept?: string | null;
}

/** What `auth.createContext` is given by tRPC's fetch adapter. */
export interface ContextRequest {
  readonly req: RequestHead;
  readonly info: RequestInfo;
  /** Headers of the answer. */
  readonly resHeaders: AnswerHeaders;
  /**
   * The IP address of the connection's other end. Without it, limits by address hold for all clients
   * together.
   */
  readonly peerAddress?: string | undefined;
}

/**
 * What `auth.createContext` is given by tRPC's adapters for Node: the standalone one, and that for
 * Express. From Fastify give `{ req: req.raw, res: res.raw, info }`.
 */
export interface NodeContextRequest {
  readonly req: IncomingMessage;
  /**
   * Where procedures set headers: the refresh cookie, and `Retry-After`. Cookies of the adapter's
   * `responseMeta` would take their place.
   */
  readonly res: ServerResponse;
  readonly info: RequestInfo;
  /** The IP address of the connection's other end. Default: the one that the socket says. */
  readonly peerAddress?: string | undefined;
}

/** Makes the context of a request, or refuses it. */
export function createContext(
  parts: Parts,
  request: ContextRequest | NodeContextRequest,
): AuthContext {
  const { req, info, resHeaders, peerAddress } = "res" in request ? ofNode(request) : request;
  const caller = readCaller(parts.settings, req.headers, peerAddress);
  const { requestId } = caller;
  const callCount = info.calls.length;
  const refusal = judgeRequest(req, callCount, parts.settings.allowedOrigins);
  if (refusal !== undefined) {
    parts.report({ kind: "request_refused", requestId, why: refusal.why });
    const error = new PortcullisError("request_refused", { status: refusal.status });
    nameRequest(error, requestId);
    throw error;
  }

  const isStreamed = info.accept === "application/jsonl";
  let verified: Promise<PresentedOutcome> | undefined;
  let check: Promise<CheckOutcome> | undefined;
  const verify = (): Promise<PresentedOutcome> =>
    (verified ??= verifyPresented(
      parts,
      readBearer(req.headers, parts.settings.headerName),
      requestId,
    ));
  return {
    ...caller,
    transport: "http",
    callCount,
    resHeaders,
    refreshCookie: createRefreshCookie(req.headers, resHeaders, isStreamed),
    checkAccessToken: () =>
      (check ??= verify().then((outcome) => checkPresented(parts, outcome, requestId))),
    watchAccessToken: async (onHeld, signal) =>
      watchToken(parts, await verify(), requestId, onHeld, signal),
  };
}

function ofNode({ req, res, info, peerAddress }: NodeContextRequest): ContextRequest {
  return {
    req: headOfNode(req),
    resHeaders: headersOfNode(res),
    info,
    peerAddress: peerAddress ?? req.socket.remoteAddress,
  };
}
