import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import type { WebSocket } from "ws";
import { answerPings } from "./socket-pings.ts";

/** A connection whose messages are sent when the test says so. */
function createClient() {
  const waiting: { readonly text: string; readonly onSent: () => void }[] = [];
  const client = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    send: (text: string, onSent: () => void) => waiting.push({ text, onSent }),
    pong: (data: Buffer, _mask: boolean, onSent: () => void) =>
      waiting.push({ text: `pong ${data.toString()}`, onSent }),
  });
  answerPings(client as unknown as WebSocket);
  return { client, waiting };
}

it("V2.3.2 one answer to a ping waits for a client that does not read", () => {
  const { client, waiting } = createClient();
  for (let time = 0; time < 100; time += 1) {
    client.emit("message", Buffer.from("PING"), false);
    client.emit("ping", Buffer.from("x"));
  }
  expect(waiting.map(({ text }) => text)).toEqual(["PONG"]);
  waiting[0]?.onSent();
  client.emit("ping", Buffer.from("x"));
  expect(waiting.map(({ text }) => text)).toEqual(["PONG", "pong x"]);
});

it("other messages are no pings, and a connection that closes is not answered", () => {
  const { client, waiting } = createClient();
  client.emit("message", Buffer.from("PING"), true);
  client.emit("message", Buffer.from("PONG"), false);
  client.readyState = 2;
  client.emit("message", Buffer.from("PING"), false);
  expect(waiting).toEqual([]);
});
