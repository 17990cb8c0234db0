import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnswerHeaders, RequestHead } from "./request-head.ts";

/**
 * A request of Node, read where it is. A `Request` made of it would cost several times what all
 * checks of a call cost, and Node's own `headers` leave out what was sent twice.
 */
export function headOfNode(incoming: IncomingMessage): RequestHead {
  const get = (name: string): string | null => readRaw(incoming.rawHeaders, name);
  return {
    method: incoming.method ?? "GET",
    get url() {
      const scheme = "encrypted" in incoming.socket ? "https" : "http";
      // HTTP/2 has the host in a field of its own.
      const host = get("host") ?? get(":authority");
      return `${scheme}://${host}${incoming.url}`;
    },
    headers: { get },
  };
}

/** Sets headers on an answer of Node. Those of a streamed answer are gone before its calls run. */
export function headersOfNode(answer: ServerResponse): AnswerHeaders {
  return {
    append(name, value) {
      if (!answer.headersSent) answer.appendHeader(name, value);
    },
    set(name, value) {
      if (!answer.headersSent) answer.setHeader(name, value);
    },
  };
}

/** @param rawHeaders Names and values in turns, as they came. */
function readRaw(rawHeaders: readonly string[], name: string): string | null {
  let found: string | null = null;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const rawName = rawHeaders[index];
    if (rawName?.length !== name.length || rawName.toLowerCase() !== name) continue;
    const value = rawHeaders[index + 1] ?? "";
    found = found === null ? value : `${found}, ${value}`;
  }
  return found;
}
