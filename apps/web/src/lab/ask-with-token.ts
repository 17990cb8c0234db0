import { outcomeOf, type Call, type Check } from "./call.ts";
import type { LabNode } from "./device.ts";

/** How a call came out; its times are the caller's to note. */
export interface CallResult extends Pick<Call, "outcome" | "reason"> {
  /** The server asks to be left alone for so long. */
  readonly retryAfterSeconds?: number;
}

/** The longest wait for an answer. */
export const answerTimeoutMs = 5_000;

/**
 * Calls a procedure of the lab with nothing but a token, as somebody would who has stolen it: the SDK
 * rightly sends a token no more that it knows to be revoked, and then nothing would be tried.
 */
export async function askWithToken(
  node: LabNode,
  check: Check,
  token: string,
  signal: AbortSignal,
): Promise<CallResult> {
  try {
    const response = await fetch(`${node.url}/trpc/lab.${check}`, {
      headers: { authorization: `Bearer ${token}` },
      // The cookie of who uses this page has no business here.
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
    return readAnswer(await response.json());
  } catch (error) {
    const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
    return { outcome: "error", reason: isTimeout ? "no answer in time" : "no connection" };
  }
}

/** What an answer of tRPC says. */
export function readAnswer(answer: unknown): CallResult {
  if (typeof answer === "object" && answer !== null) {
    if ("result" in answer) return { outcome: "accepted" };
    const { error } = answer as { readonly error?: { readonly data?: ErrorFacts } };
    const reason = error?.data?.reason;
    if (typeof reason === "string") {
      const seconds = error?.data?.retryAfterSeconds;
      return {
        outcome: outcomeOf(reason),
        reason,
        ...(typeof seconds === "number" && { retryAfterSeconds: seconds }),
      };
    }
  }
  return { outcome: "error", reason: "not an answer of the service" };
}

interface ErrorFacts {
  readonly reason?: unknown;
  readonly retryAfterSeconds?: unknown;
}
