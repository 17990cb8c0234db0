import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { PacedSocket } from "./paced-socket.ts";

/** A client's text frame, masked with zeros. */
const frame = (text: string) =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);

it("API-08 messages that arrive together are given out one after the other", async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ server, WebSocket: PacedSocket });
  const seen: string[] = [];
  const connected = new Promise<PacedSocket>((resolve) => {
    sockets.on("connection", (client: PacedSocket) => {
      client.on("message", (data: Buffer) => {
        seen.push(data.toString());
        client.pause();
      });
      resolve(client);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const handshake = request({
    port,
    host: "127.0.0.1",
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    },
  }).end();
  const [, socket] = (await once(handshake, "upgrade")) as [unknown, Duplex];
  const client = await connected;
  const first = once(client, "message");
  socket.write(Buffer.concat(["1", "2", "3"].map(frame)));
  await first;
  expect(seen).toEqual(["1"]);
  client.resume();
  await expect.poll(() => seen).toEqual(["1", "2"]);
  client.resume();
  await expect.poll(() => seen).toEqual(["1", "2", "3"]);
  client.terminate();
  socket.destroy();
  sockets.close();
  server.close();
});
