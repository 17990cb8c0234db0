import type { UnderlyingSource } from "node:stream/web";
import { expect, test } from "vitest";
import { readBody } from "./read-body.ts";

const url = "http://auth.test";

function streamed(source: UnderlyingSource<Uint8Array>): Request {
  const body = new ReadableStream<Uint8Array>(source);
  return new Request(url, { method: "POST", body, duplex: "half" });
}

test("a body within the bounds is read whole", async () => {
  const body = Buffer.alloc(100, "x");
  const outcome = await readBody(new Request(url, { method: "POST", body }), 100, 10_000);
  expect(outcome).toEqual({ kind: "body", bytes: body });
});

test("no body is an empty one", async () => {
  const outcome = await readBody(new Request(url, { method: "POST" }), 100, 10_000);
  expect(outcome).toEqual({ kind: "body", bytes: Buffer.alloc(0) });
});

test("a body without end is read to its bound, whatever length it announces", async () => {
  let pulled = 0;
  const request = streamed({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(10));
    },
  });
  expect(await readBody(request, 100, 10_000)).toEqual({ kind: "body_too_large" });
  expect(pulled).toBeLessThan(20);
});

test("a body that stops arriving is waited for so long and no longer", async () => {
  const request = streamed({ start: (controller) => controller.enqueue(new Uint8Array(10)) });
  expect(await readBody(request, 100, 20)).toEqual({ kind: "body_too_slow" });
});

test("a body that breaks off is told from one that ended", async () => {
  const request = streamed({
    start(controller) {
      controller.enqueue(new Uint8Array(10));
      controller.error(new Error("reset"));
    },
  });
  expect(await readBody(request, 100, 10_000)).toEqual({ kind: "body_broken" });
});

test("a body that somebody has read is a mistake that is told", async () => {
  const request = new Request(url, { method: "POST", body: "x" });
  await request.text();
  await expect(readBody(request, 100, 10_000)).rejects.toThrow("has been read before");
});
