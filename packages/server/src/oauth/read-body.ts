/** What came of reading a body. */
export type BodyOutcome =
  | { readonly kind: "body"; readonly bytes: Buffer }
  | { readonly kind: "body_too_large" | "body_too_slow" | "body_broken" };

/**
 * Reads the body of a request within bounds of its own, whatever the server before it allows.
 *
 * @throws when somebody has read it before: a mistake of the application.
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  timeoutMs: number,
): Promise<BodyOutcome> {
  if (request.bodyUsed) throw new Error("The body of the request has been read before");
  if (request.body === null) return { kind: "body", bytes: Buffer.alloc(0) };
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(resolve, timeoutMs, "late");
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const step = await Promise.race([reader.read(), late]);
      if (step === "late") return { kind: "body_too_slow" };
      if (step.done) return { kind: "body", bytes: Buffer.concat(chunks) };
      length += step.value.byteLength;
      if (length > maxBytes) return { kind: "body_too_large" };
      chunks.push(step.value);
    }
  } catch {
    // The sender left; nobody waits for the reason.
    return { kind: "body_broken" };
  } finally {
    clearTimeout(timer);
    // The rest is the server's, who owns the connection and has an answer to send on it.
    reader.releaseLock();
  }
}
