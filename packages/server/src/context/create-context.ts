import type { TRPCRequestInfo } from "@trpc/server/http";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { nameRequest } from "../request-ids.ts";
import type { AuthContext, CheckOutcome } from "./auth-context.ts";
import { readBearer } from "./bearer.ts";
import { checkPresented, verifyPresented } from "./check-access-token.ts";
import type { PresentedOutcome } from "./check-access-token.ts";
import { judgeRequest } from "./judge-request.ts";
import { readCaller } from "./read-caller.ts";
import { createRefreshCookie } from "./refresh-cookie.ts";
import { watchToken } from "./watch-token.ts";

/** What `auth.createContext` is given by tRPC's fetch adapter. */
export interface ContextRequest {
  readonly req: Request;
  readonly info: Pick<TRPCRequestInfo, "calls"> & Partial<Pick<TRPCRequestInfo, "accept">>;
  /** Headers of the answer. */
  readonly resHeaders: Headers;
  /**
   * The IP address of the connection's other end. Without it, limits by address hold for all clients
   * together.
   */
  readonly peerAddress?: string | undefined;
}

/** Makes the context of a request, or refuses it. */
export function createContext(parts: Parts, request: ContextRequest): AuthContext {
  const { req, info, resHeaders } = request;
  const caller = readCaller(parts.settings, req.headers, request.peerAddress);
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
