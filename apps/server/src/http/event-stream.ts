/**
 * Answers a GET request. Where the answer is an event stream, the request's signal is aborted when
 * the stream is over, whoever ended it: a resolver that waits for something hears of it by the
 * signal only. Other answers are left to finish.
 *
 * @param stopping ends a stream in a way that makes clients come back.
 */
export async function serveEventStream(
  request: Request,
  stopping: AbortSignal,
  answer: (request: Request) => Promise<Response>,
): Promise<Response> {
  const over = new AbortController();
  const end = (): void => over.abort();
  const signal = AbortSignal.any([request.signal, over.signal]);
  const { url, method, headers } = request;
  const response = await answer(new Request(url, { method, headers, signal }));
  // The type of the procedure decides on the answer, and not what the request accepts.
  if (response.headers.get("content-type")?.startsWith("text/event-stream") !== true) {
    return response;
  }
  if (stopping.aborted) end();
  else stopping.addEventListener("abort", end, { once: true, signal });
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({ flush: end }),
  );
  return new Response(body ?? null, response);
}
