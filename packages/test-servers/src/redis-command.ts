import { connect } from "node:net";

import { withDeadline } from "./deadline.ts";

/**
 * Sends one inline command (no spaces or line ends inside its words) and returns the text of a bulk
 * string, or the first line of any other answer, such as `+OK`. Enough for our few orders, and it
 * spares this package a Redis client.
 */
export async function sendRedisCommand(
  port: number,
  words: readonly string[],
  timeoutMs: number,
): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port });
  const answer = new Promise<string>((resolve, reject) => {
    let received = "";
    // One character a byte, as lengths in the protocol count.
    socket.setEncoding("latin1");
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("Redis closed the connection")));
    socket.on("data", (chunk: string) => {
      received += chunk;
      const complete = readAnswer(received);
      if (complete !== undefined) {
        resolve(complete);
      }
    });
    socket.write(`${words.join(" ")}\r\n`);
  });
  try {
    return await withDeadline(answer, timeoutMs, () => `Redis did not answer ${words.join(" ")}`);
  } finally {
    socket.destroy();
  }
}

/** `undefined` while more is to come. */
function readAnswer(received: string): string | undefined {
  const lineEnd = received.indexOf("\r\n");
  if (lineEnd === -1) {
    return undefined;
  }
  const line = received.slice(0, lineEnd);
  const bulkLength = /^\$(\d+)$/.exec(line)?.[1];
  if (bulkLength === undefined) {
    return line;
  }
  const bulkStart = lineEnd + "\r\n".length;
  const bulkEnd = bulkStart + Number(bulkLength);
  return received.length < bulkEnd ? undefined : received.slice(bulkStart, bulkEnd);
}
