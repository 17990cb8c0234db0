import { randomUUID } from "node:crypto";
import type { TRPCRequestInfo } from "@trpc/server/http";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { nameRequest } from "../request-ids.ts";
import type { AuthContext, CheckOutcome } from "./auth-context.ts";
import { checkAccessToken } from "./check-access-token.ts";
import { judgeRequest } from "./judge-request.ts";

const userAgentLengthMax = 256;

/** What `auth.createContext` is given by tRPC's fetch adapter. */
export interface ContextRequest {
  readonly req: Request;
  readonly info: Pick<TRPCRequestInfo, "calls">;
}

/** Makes the context of a request, or refuses it. */
export function createContext(parts: Parts, { req, info }: ContextRequest): AuthContext {
  const requestId = randomUUID();
  const callCount = info.calls.length;
  const refusal = judgeRequest(req, callCount, parts.settings.allowedOrigins);
  if (refusal !== undefined) {
    parts.report({ kind: "request_refused", requestId, why: refusal.why });
    const error = new PortcullisError("request_refused", { status: refusal.status });
    nameRequest(error, requestId);
    throw error;
  }

  let check: Promise<CheckOutcome> | undefined;
  return {
    requestId,
    userAgent: req.headers.get("user-agent")?.slice(0, userAgentLengthMax) ?? null,
    callCount,
    checkAccessToken: () => (check ??= checkAccessToken(parts, req.headers, requestId)),
  };
}
