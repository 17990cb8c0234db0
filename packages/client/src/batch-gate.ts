import type { AccessToken } from "./token-set.ts";

type Send<T> = () => Promise<T>;

/**
 * Keeps calls of different tokens out of one batch, which has one Authorization header. tRPC's
 * batching links gather calls until the end of the task in which the first was sent: a call with
 * another token waits for a later task.
 */
export function createBatchGate(): <T>(
  access: AccessToken | undefined,
  send: Send<T>,
) => Promise<T> {
  let open: { access: AccessToken | undefined; sent: number; closed: Promise<void> } | undefined;
  let close = (): void => {};
  let waiting = 0;

  return async (access, send) => {
    let hasWaited = false;
    // Who comes after one that waits does not overtake it, or it might wait for good.
    while (open !== undefined && (open.access !== access || (waiting > 0 && !hasWaited))) {
      waiting += 1;
      await open.closed;
      waiting -= 1;
      hasWaited = true;
    }
    const answer = send();
    open ??= {
      access,
      sent: 0,
      closed: new Promise((resolve) => {
        close = resolve;
      }),
    };
    open.sent += 1;
    // Set after the timer of the batching link, and so fires after it.
    setTimeout(() => {
      if (open === undefined) return;
      open.sent -= 1;
      if (open.sent > 0) return;
      open = undefined;
      close();
    });
    return answer;
  };
}
