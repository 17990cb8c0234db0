import type { Operation } from "@trpc/client";
import type { BoundedFetch } from "./bounded-fetch.ts";
import { isPortcullisError } from "./errors.ts";

/**
 * Sends a refresh, and at once a second time when the first may have been carried out without its
 * tokens reaching us. The server answers a repeat within its grace with the same successor, so that
 * is safe; the same token sent any later is taken for a thief's and ends the session. With no grace
 * at the server nothing is lost either: the next call would send the same token.
 */
export async function sendRefresh<Answer>(
  op: Operation,
  fetch: BoundedFetch,
  send: (op: Operation, fetch: BoundedFetch) => Promise<Answer>,
): Promise<Answer> {
  // tRPC's error does not tell the status of an answer that is not JSON.
  let status: number | undefined;
  const watched: BoundedFetch = async (url, init) => {
    const response = await fetch(url, init);
    status = response.status;
    return response;
  };
  try {
    return await send(op, watched);
  } catch (error) {
    if (!mayBeCarriedOut(error, status)) throw error;
    return send(op, fetch);
  }
}

/** @param status of the answer, if one came whole. */
function mayBeCarriedOut(error: unknown, status: number | undefined): boolean {
  if (isPortcullisError(error)) {
    return error.data.reason === "outcome_unknown" || error.data.reason === "unavailable";
  }
  return status === undefined || status >= 500;
}
