import { TRPCClientError } from "@trpc/client";
import { unlessAborted } from "./abort.ts";
import type { BoundedFetch } from "./bounded-fetch.ts";
import { isPortcullisError } from "./errors.ts";
import { jittered } from "./jitter.ts";

/** Thrown for a page that is a proxy's and says that the server behind it is away. */
export class GatewayError extends Error {
  readonly code = "gateway";
  override readonly name = "GatewayError";

  constructor(status: number) {
    super(`Something before the server answered ${status}.`);
  }
}

/** tRPC's error does not tell the status of an answer that is not JSON: so one of a proxy is an error of its own. */
export function tellGateways(fetch: BoundedFetch): BoundedFetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    if (isGatewayStatus(response.status) && !isJson) throw new GatewayError(response.status);
    return response;
  };
}

export function isGatewayStatus(status: unknown): boolean {
  return status === 502 || status === 503 || status === 504;
}

const pauseMs = 1_000;

/** Sends once more, within a second, what may be sent at any time and met no server: one may be restarting. */
export async function twiceIfUnanswered<T>(
  send: () => Promise<T>,
  signal: AbortSignal | null | undefined,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!isUnanswered(error) || signal?.aborted === true) throw error;
    const pause = new Promise((resolve) => {
      setTimeout(resolve, jittered(pauseMs));
    });
    await unlessAborted(pause, signal);
    return send();
  }
}

/** A deadline is not among these: the caller has waited long enough. */
function isUnanswered(error: unknown): boolean {
  if (isPortcullisError(error) || !(error instanceof TRPCClientError)) return false;
  const { cause, meta } = error as { cause?: unknown; meta?: Record<string, unknown> };
  // What `fetch` throws when it has no connection.
  if (cause instanceof GatewayError || (cause instanceof TypeError && meta === undefined)) {
    return true;
  }
  return isGatewayStatus((meta?.["response"] as { status?: unknown } | undefined)?.status);
}
