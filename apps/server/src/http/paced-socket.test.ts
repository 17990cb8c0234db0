import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { expect, it, onTestFinished, vi } from "vitest";
import { WebSocketServer } from "ws";
import { PacedSocket } from "./paced-socket.ts";
import { socketLimits, type SocketLimits } from "./socket-limits.ts";

/** A client's frame, masked with zeros; text unless it says otherwise. */
const frame = (text: string, opcode = 1) =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
const frames = (count: number, text = "x", opcode = 1) =>
  Buffer.concat(Array.from({ length: count }, () => frame(text, opcode)));

/** Both ends of a connection; the client's is bare, and is not read unless the test reads it. */
async function connect(pace: Partial<SocketLimits> = {}) {
  const server = createServer();
  const sockets = new WebSocketServer({ server, WebSocket: PacedSocket, autoPong: false });
  const connected = new Promise<PacedSocket>((resolve) => sockets.on("connection", resolve));
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
  socket.on("error", () => undefined);
  const client = await connected;
  client.setPace({ ...socketLimits, ...pace });
  onTestFinished(() => {
    client.terminate();
    socket.destroy();
    sockets.close();
    server.close();
  });
  const seen: string[] = [];
  for (const event of ["message", "ping", "pong"]) {
    client.on(event, (data: Buffer) => seen.push(data.toString()));
  }
  const closed = once(client, "close").then(([code]) => Number(code));
  return { client, socket, seen, closed };
}

it("API-08 messages that arrive together are given out one after the other", async () => {
  const { client, socket, seen } = await connect();
  client.on("message", () => client.pause());
  const first = once(client, "message");
  socket.write(Buffer.concat(["1", "2", "3"].map((text) => frame(text))));
  await first;
  expect(seen).toEqual(["1"]);
  client.resume();
  await expect.poll(() => seen).toEqual(["1", "2"]);
  client.resume();
  await expect.poll(() => seen).toEqual(["1", "2", "3"]);
});

it("V2.3.2 so many messages are read in a second, and the others in the next ones", async () => {
  const { client, socket, seen } = await connect({ maxMessagesPerSecond: 5 });
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const fifth = new Promise<void>((resolve) => {
    client.on("message", () => seen.length === 5 && resolve());
  });
  socket.write(frames(12));
  await fifth;
  // Whoever has had answers would go on, but for the second.
  client.pause();
  client.resume();
  expect([seen.length, client.isPaused]).toEqual([5, true]);
  vi.advanceTimersByTime(1000);
  expect([seen.length, client.isPaused]).toEqual([10, true]);
  client.pause();
  vi.advanceTimersByTime(1000);
  expect([seen.length, client.isPaused]).toEqual([10, true]);
  client.resume();
  expect([seen.length, client.isPaused]).toEqual([12, false]);
});

it("V2.3.2 what a message counts for more than itself is counted", async () => {
  const { client, socket, seen } = await connect({ maxMessagesPerSecond: 5 });
  client.once("message", () => client.count(4));
  const first = once(client, "message");
  socket.write(frames(2));
  await first;
  expect([seen.length, client.isPaused]).toEqual([1, true]);
});

it.each([
  ["messages", 1],
  ["pings", 9],
  ["pongs", 10],
])("V2.3.2 a flood of %s is cut, and nothing but that", async (_, opcode) => {
  const pace = { maxMessagesPerSecond: 10, maxWaitingMessages: 10 };
  const { client, socket, closed } = await connect(pace);
  const kind = opcode === 1 ? "message" : opcode === 9 ? "ping" : "pong";
  const first = once(client, kind);
  socket.write(frames(20, "x", opcode));
  await first;
  expect(client.readyState).toBe(client.OPEN);
  socket.write(frames(40, "x", opcode));
  // Where a second is over in between, there is another.
  const flood = setInterval(() => socket.write(frames(1000, "x", opcode)));
  onTestFinished(() => clearInterval(flood));
  expect(await closed).toBe(1006);
});

it("V2.3.2 so many messages wait for a client that does not read", async () => {
  const { client, closed } = await connect({ maxWaitingMessages: 10 });
  let sent = 0;
  const onSent = (error?: Error): void => {
    if (!(error instanceof Error)) sent += 1;
  };
  for (let time = 0; time < 10; time += 1) client.send("x", onSent);
  expect(client.readyState).toBe(client.OPEN);
  await expect.poll(() => sent).toBe(10);
  // What was sent does not wait any more.
  for (let time = 0; time < 10; time += 1) client.send("x", {}, onSent);
  expect(client.readyState).toBe(client.OPEN);
  client.send("x");
  expect(await closed).toBe(1006);
});

it("V2.3.2 so many bytes wait for a client that does not read", async () => {
  const { client, closed } = await connect({ maxUnreadBytes: 100_000 });
  const message = "x".repeat(50_000);
  while (client.bufferedAmount <= 100_000) client.send(message);
  expect(client.readyState).toBe(client.OPEN);
  client.send("x");
  expect(await closed).toBe(1006);
});
