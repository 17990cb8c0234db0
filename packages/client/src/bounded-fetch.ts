import type { Fetch } from "./options.ts";

/**
 * The `cause` of a call's error when the answer was longer than `maxResponseBytes`. Carries nothing
 * of the answer.
 */
export class ResponseTooLargeError extends Error {
  readonly code = "response_too_large";
  override readonly name = "ResponseTooLargeError";

  constructor(maxBytes: number) {
    super(`The answer is longer than maxResponseBytes, ${maxBytes}.`);
  }
}

/** A fetch as tRPC's HTTP links call it: with the URL as a string. */
export type BoundedFetch = (url: unknown, init?: object) => Promise<Response>;

export interface FetchBounds {
  /** Until the whole answer is here. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Sends to no other address than the given one, and resolves once the whole answer is here. */
export function boundFetch(
  send: Fetch | undefined,
  { timeoutMs, maxBytes }: FetchBounds,
  more: Pick<RequestInit, "credentials"> = {},
): BoundedFetch {
  return async (url, init: RequestInit = {}) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    // tRPC never redirects. Whatever a redirect points to would get the password or token in the body.
    const request: RequestInit = { ...init, ...more, signal, redirect: "error" };
    return readWhole(await (send ?? fetch)(String(url), request), maxBytes);
  };
}

export async function readWhole(response: Response, maxBytes: number): Promise<Response> {
  if (!response.body) return response;
  const reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> = response.body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Response(new Blob(chunks), response);
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw new ResponseTooLargeError(maxBytes);
    }
    chunks.push(value);
  }
}
