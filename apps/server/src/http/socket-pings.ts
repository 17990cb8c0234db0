import type { WebSocket } from "ws";

const ping = Buffer.from("PING");

/**
 * Answers what asks for a sign of life: tRPC's text and WebSocket's own frame. One answer waits to be
 * sent at a time and stands for all that was asked meanwhile: a client that never reads could fill
 * the memory with them.
 */
export function answerPings(client: WebSocket): void {
  let isAnswering = false;

  function answer(send: (onSent: () => void) => void): void {
    if (isAnswering || client.readyState !== client.OPEN) return;
    isAnswering = true;
    send(() => {
      isAnswering = false;
    });
  }

  client.on("message", (data, isBinary) => {
    const isPing = !isBinary && Buffer.isBuffer(data) && data.equals(ping);
    if (isPing) answer((onSent) => client.send("PONG", onSent));
  });
  client.on("ping", (data) => answer((onSent) => client.pong(data, false, onSent)));
}
