import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { errorBody, statusOf, type RefusalKind } from "./error-response.ts";
import { securityHeaderValues } from "./security-headers.ts";

/** An answer to a request that the application never sees. */
export interface EarlyRefusal {
  readonly requestId: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Says what is wrong with the head of a request that HTTP itself lets pass, or `undefined`. A target
 * with an authority of its own, and a second Host, are read differently by different programs on
 * the way; this service is no proxy and needs neither.
 */
export function judgeHead({ url, rawHeaders }: IncomingMessage): RefusalKind | undefined {
  const hosts = rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === "host",
  ).length;
  return url?.startsWith("/") === true && hosts === 1 ? undefined : "malformed";
}

/** Answers what Node does not hand on as a request, or would answer without our headers. */
export function refuseUnserved(server: Server, refuse: (kind: RefusalKind) => EarlyRefusal): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on("request", ({ socket }, answer) => answers.set(socket, answer));
  server.on("clientError", (error, socket) => {
    const answer = answers.get(socket);
    const isMidAnswer = answer?.headersSent === true && !answer.writableFinished;
    if (isMidAnswer || !socket.writable || isGone(error)) socket.destroy();
    else sendRaw(socket, refuse(kindOfParserError(error)));
  });
  server.on("checkExpectation", (_incoming, outgoing: ServerResponse) =>
    sendRefusal(outgoing, refuse("expectation_refused")),
  );
  server.on("connect", (_incoming, socket) => sendRaw(socket, refuse("malformed")));
}

export function sendRefusal(outgoing: ServerResponse, refusal: EarlyRefusal): void {
  outgoing.writeHead(refusal.status, refusal.headers).end(refusal.body);
}

/** For a connection that has no response object. */
export function sendRaw(socket: Duplex, refusal: EarlyRefusal): void {
  socket.on("error", () => socket.destroy());
  socket.end(writeRefusal(refusal), () => socket.destroy());
}

/** Has the client left, in the middle of a request perhaps? Then nobody waits for an answer. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === "ECONNRESET" || code === "EPIPE" || code === "HPE_INVALID_EOF_STATE";
}

/** The kind of refusal for an error of Node's HTTP parser. */
function kindOfParserError({ code }: NodeJS.ErrnoException): RefusalKind {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return "headers_too_large";
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return "body_too_large";
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return "too_slow";
    default:
      return "malformed";
  }
}

/** The connection ends with it: what else was sent on it can not be trusted to be a request. */
export function makeEarlyRefusal(kind: RefusalKind, requestId: string): EarlyRefusal {
  const body = JSON.stringify(errorBody(kind, requestId));
  return {
    requestId,
    status: statusOf(kind),
    headers: {
      ...securityHeaderValues,
      "Cache-Control": "no-store",
      Connection: "close",
      "Content-Type": "application/json",
      "Content-Length": String(Buffer.byteLength(body)),
    },
    body,
  };
}

/** The whole answer as it goes over the wire. */
function writeRefusal({ status, headers, body }: EarlyRefusal): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const date = `Date: ${new Date().toUTCString()}\r\n`;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${date}${lines.join("")}\r\n${body}`;
}
