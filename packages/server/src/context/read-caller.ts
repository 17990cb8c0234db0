import { randomUUID } from "node:crypto";
import { clientAddress } from "../limits/client-address.ts";
import type { TrustedProxies } from "../limits/trusted-proxies.ts";
import type { Caller } from "./auth-context.ts";
import type { RequestHeaders } from "./request-head.ts";

const userAgentLengthMax = 256;

/** Names a request and says where it came from. */
export function readCaller(
  settings: { readonly trustedProxies: TrustedProxies },
  headers: RequestHeaders,
  peerAddress: string | undefined,
): Caller {
  return {
    requestId: randomUUID(),
    address: clientAddress(peerAddress ?? null, headers, settings.trustedProxies),
    userAgent: headers.get("user-agent")?.slice(0, userAgentLengthMax) ?? null,
  };
}
