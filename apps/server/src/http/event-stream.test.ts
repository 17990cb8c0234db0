import { describe, expect, it } from "vitest";
import { serveEventStream } from "./event-stream.ts";

const request = new Request("http://api.test/trpc/posts.onChange", {
  headers: { accept: "text/event-stream", authorization: "Bearer x" },
});

/** Serves a stream that the test writes to, and gives the signal that its resolver has. */
async function serve(stopping = new AbortController().signal, contentType = "text/event-stream") {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  let inner: Request | undefined;
  const response = await serveEventStream(request, stopping, async (seen) => {
    inner = seen;
    const headers = { "x-a": "b", "content-type": contentType };
    return Promise.resolve(new Response(readable, { status: 200, headers }));
  });
  return { response, writer: writable.getWriter(), seen: inner as Request };
}

describe("an event stream", () => {
  it("is answered as it is, to the request as it is", async () => {
    const { response, writer, seen } = await serve();
    expect([seen.url, seen.headers.get("authorization")]).toEqual([request.url, "Bearer x"]);
    expect([response.status, response.headers.get("x-a")]).toEqual([200, "b"]);
    void writer.write(Buffer.from("data: 1\n\n"));
    void writer.close();
    expect(await response.text()).toBe("data: 1\n\n");
  });

  it("aborts the signal of its resolver when it is over", async () => {
    const { response, writer, seen } = await serve();
    void writer.write(Buffer.from("data: 1\n\n"));
    expect(seen.signal.aborted).toBe(false);
    void writer.close();
    await response.text();
    expect(seen.signal.aborted).toBe(true);
  });

  it("aborts it when the service stops", async () => {
    const stopping = new AbortController();
    const { seen } = await serve(stopping.signal);
    stopping.abort();
    expect(seen.signal.aborted).toBe(true);
  });

  it("aborts it when the service has begun to stop", async () => {
    const { seen } = await serve(AbortSignal.abort());
    expect(seen.signal.aborted).toBe(true);
  });

  it("leaves other answers to finish", async () => {
    const stopping = new AbortController();
    const { seen } = await serve(stopping.signal, "application/json");
    stopping.abort();
    expect(seen.signal.aborted).toBe(false);
  });
});
