import { connect } from "node:net";

import { withDeadline } from "./deadline.ts";

/**
 * Sends one inline command (no spaces or line ends inside its words) and returns the first line of
 * the answer, such as `+OK`. Enough for our few orders, and it spares this package a Redis client.
 */
export async function sendRedisCommand(
  port: number,
  words: readonly string[],
  timeoutMs: number,
): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port });
  const answer = new Promise<string>((resolve, reject) => {
    let received = "";
    socket.setEncoding("utf8");
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("Redis closed the connection")));
    socket.on("data", (chunk: string) => {
      received += chunk;
      const lineEnd = received.indexOf("\r\n");
      if (lineEnd !== -1) {
        resolve(received.slice(0, lineEnd));
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
