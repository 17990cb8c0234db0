import type { IncomingMessage } from "node:http";
import type { TRPCRequestInfo } from "@trpc/server/http";
import { PortcullisError } from "../errors.ts";
import { limitAddress } from "../limits/ip-address.ts";
import type { Parts } from "../parts.ts";
import { nameRequest } from "../request-ids.ts";
import type { AuthContext, Caller } from "./auth-context.ts";
import { readBearerParameter } from "./bearer.ts";
import { checkPresented, verifyPresented } from "./check-access-token.ts";
import { judgeRequest } from "./judge-request.ts";
import type { RequestRefusal } from "./judge-request.ts";
import { headOfNode } from "./node-request.ts";
import { readCaller } from "./read-caller.ts";
import { noRefreshCookie } from "./refresh-cookie.ts";
import { watchToken } from "./watch-token.ts";

/** The handshake of a WebSocket. */
export interface SocketHandshake {
  readonly req: IncomingMessage;
  /** The IP address of the connection's other end. Default: the one that the socket says. */
  readonly peerAddress?: string | undefined;
}

/** What `auth.createSocketContext` is given by tRPC's WebSocket adapter. */
export interface SocketRequest extends SocketHandshake {
  readonly info: Pick<TRPCRequestInfo, "connectionParams">;
}

/** Whether a WebSocket may be opened. */
export type SocketAdmission =
  | {
      readonly kind: "admitted";
      /**
       * What limits count the client as: its IP address, as the socket or a trusted proxy says it.
       * IPv6 counts as its /64.
       */
      readonly limitAddress: string;
    }
  | { readonly kind: "refused"; readonly requestId: string; readonly httpStatus: 400 | 403 };

/** Judges a handshake as it judges a request: browsers let any page open a WebSocket to anywhere. */
export function admitSocket(parts: Parts, handshake: SocketHandshake): SocketAdmission {
  const { caller, refusal } = judgeHandshake(parts, handshake);
  if (refusal === undefined) {
    return { kind: "admitted", limitAddress: limitAddress(caller.address) };
  }
  const httpStatus = refusal.status === "FORBIDDEN" ? 403 : 400;
  return { kind: "refused", requestId: caller.requestId, httpStatus };
}

/** Makes the context of a connection, or refuses it. That its token expires later does not matter. */
export async function createSocketContext(
  parts: Parts,
  request: SocketRequest,
): Promise<AuthContext> {
  const { caller, refusal } = judgeHandshake(parts, request);
  const { requestId } = caller;
  if (refusal !== undefined) {
    const error = new PortcullisError("request_refused", { status: refusal.status });
    nameRequest(error, requestId);
    throw error;
  }
  const presented = readBearerParameter(request.info.connectionParams);
  const outcome = await verifyPresented(parts, presented, requestId);
  return {
    ...caller,
    transport: "socket",
    callCount: 1,
    resHeaders: new Headers(),
    refreshCookie: noRefreshCookie,
    // Nothing is remembered: the context lives for as long as the connection.
    checkAccessToken: () => checkPresented(parts, outcome, requestId),
    watchAccessToken: (onHeld, signal) => watchToken(parts, outcome, requestId, onHeld, signal),
  };
}

function judgeHandshake(
  parts: Parts,
  { req, peerAddress = req.socket.remoteAddress }: SocketHandshake,
): { readonly caller: Caller; readonly refusal: RequestRefusal | undefined } {
  const head = headOfNode(req);
  const caller = readCaller(parts.settings, head.headers, peerAddress);
  const refusal: RequestRefusal | undefined = URL.canParse(head.url)
    ? judgeRequest(head, 1, parts.settings.allowedOrigins)
    : { status: "BAD_REQUEST", why: "a host that makes no URL" };
  if (refusal !== undefined) {
    const { requestId } = caller;
    parts.report({ kind: "request_refused", requestId, why: `WebSocket: ${refusal.why}` });
  }
  return { caller, refusal };
}
