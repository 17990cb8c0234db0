import { isPortcullisError } from "@portcullis/client";
import { answerTimeoutMs, type CallResult } from "./ask-with-token.ts";
import { outcomeOf } from "./call.ts";
import type { LabDevice } from "./device.ts";

/** Calls the protected procedure through the SDK, which renews its token when it can. */
export async function askAsApp(device: LabDevice, signal: AbortSignal): Promise<CallResult> {
  try {
    await device.api.lab.checked.query(undefined, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
    return { outcome: "accepted" };
  } catch (error) {
    if (!isPortcullisError(error)) return { outcome: "error", reason: "no answer" };
    const { data } = error;
    return {
      outcome: outcomeOf(data.reason),
      reason: data.reason,
      ...(data.reason === "rate_limited" && { retryAfterSeconds: data.retryAfterSeconds }),
    };
  }
}
