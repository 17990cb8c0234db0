/** Whether a subscription is asked for: EventSource says so with every request. */
export function isForEventStream(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/event-stream") === true;
}

/**
 * Answers with an event stream, and aborts the request's signal when the stream is over, whoever
 * ended it: a resolver that waits for something hears of it by the signal only.
 *
 * @param stopping ends the stream in a way that makes clients come back.
 */
export async function serveEventStream(
  request: Request,
  stopping: AbortSignal,
  answer: (request: Request) => Promise<Response>,
): Promise<Response> {
  const over = new AbortController();
  const signal = AbortSignal.any([request.signal, stopping, over.signal]);
  const { url, method, headers } = request;
  const response = await answer(new Request(url, { method, headers, signal }));
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({ flush: () => over.abort() }),
  );
  return new Response(body ?? null, response);
}
