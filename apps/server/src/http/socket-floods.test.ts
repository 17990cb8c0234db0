import { once } from "node:events";
import { request } from "node:http";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  signedInClient,
  startTestServers,
  type TestServers,
  type TestService,
} from "../test-service.ts";
import type { SocketLimits } from "./socket-limits.ts";

/** Clients that keep to the protocol and to nothing else, at the service as it is. */
let servers: TestServers;

beforeAll(async () => {
  servers = await startTestServers();
});
afterAll(() => servers?.[Symbol.asyncDispose]());

const text = 0x1;
const continuation = 0x0;
const ping = 0x9;

/** A client's frame, masked with zeros. */
function frame(body: string, opcode = text, isLast = true): Buffer {
  const { length } = body;
  const lengths = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  const head = Buffer.from([(isLast ? 0x80 : 0) | opcode, ...lengths, 0, 0, 0, 0]);
  return Buffer.concat([head, Buffer.from(body)]);
}

const call = (id: number): Buffer =>
  frame(JSON.stringify({ id, method: "query", params: { path: "auth.me" } }));

/** A bare connection, signed in, that reads nothing unless it is told to. */
async function connect(socketLimits: Partial<SocketLimits>) {
  const service: TestService = await servers.startNode({ socketLimits });
  onTestFinished(() => service.stop());
  const { accessToken } = await signedInClient(service);
  const handshake = request(`${service.url}/trpc?connectionParams=1`, {
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    },
  }).end();
  const [, socket] = (await once(handshake, "upgrade")) as [unknown, Duplex];
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  const data = { authorization: `Bearer ${accessToken}` };
  socket.write(frame(JSON.stringify({ method: "connectionParams", data })));

  const closed = new Promise<"closed">((resolve) => {
    socket.once("close", () => resolve("closed"));
  });

  /** Sends until the server has had enough, or all of it has been sent. */
  async function send(parts: Iterable<Buffer>): Promise<void> {
    for (const part of parts) {
      if (socket.destroyed) return;
      const isTaken = socket.write(part);
      const goOn = new Promise((resolve) => {
        if (isTaken) setImmediate(resolve);
        else socket.once("drain", resolve);
      });
      await Promise.race([goOn, closed]);
    }
  }

  /** Reads until what was read is enough, or the connection is gone. */
  async function read(isEnough: (bytes: Buffer) => boolean): Promise<Buffer> {
    let bytes = Buffer.alloc(0);
    const enough = new Promise<void>((resolve) => {
      socket.on("data", (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (isEnough(bytes)) resolve();
      });
    });
    await Promise.race([enough, closed]);
    return bytes;
  }
  return { send, read, closed };
}

/** The code of the last frame that was read, if it closes the connection. */
const closeCode = (bytes: Buffer): number | undefined =>
  bytes.at(-4) === 0x88 ? bytes.readUInt16BE(bytes.length - 2) : undefined;
const isClosed = (bytes: Buffer): boolean => closeCode(bytes) !== undefined;

function* repeated(part: Buffer, times: number): Iterable<Buffer> {
  for (let time = 0; time < times; time += 1) yield part;
}

describe("V2.3.2 a connection is closed", () => {
  it("that sends a message in more frames than it may", async () => {
    const { send, read } = await connect({ maxMessageParts: 16 });
    await send([frame("x", text, false), ...repeated(frame("x", continuation, false), 16)]);
    expect(closeCode(await read(isClosed))).toBe(1008);
  });

  it("that sends a frame byte by byte", async () => {
    const { send, read } = await connect({ maxMessageParts: 16 });
    const bytes = read(isClosed);
    await send(Array.from(frame("x".repeat(16_000)).subarray(0, -1), (byte) => Buffer.of(byte)));
    expect(closeCode(await bytes)).toBe(1008);
  });

  it.each([
    ["text pings", Buffer.concat([...repeated(frame("PING"), 5000)])],
    ["pings", Buffer.concat([...repeated(frame("", ping), 8000)])],
    ["messages of nothing", Buffer.concat([...repeated(frame(""), 8000)])],
  ])("that sends %s as fast as it can", async (_, flood) => {
    const { send, closed } = await connect({});
    await send(repeated(flood, 1000));
    expect(await closed).toBe("closed");
  });

  it("that calls, and does not read the answers", async () => {
    const { send, closed } = await connect({
      maxMessagesPerSecond: 1_000_000,
      maxWaitingMessages: 200,
      maxUnreadBytes: 1024 ** 3,
    });
    const calls = function* () {
      for (let id = 0; id < 200_000; id += 100) {
        yield Buffer.concat(Array.from({ length: 100 }, (_, index) => call(id + index)));
      }
    };
    await send(calls());
    expect(await closed).toBe("closed");
  });

  it("at the end of its life, when it has sent what is never answered", async () => {
    const { send, read } = await connect({ lifeMs: 500, finishMs: 50 });
    await send([frame(JSON.stringify({ id: 1, method: "query" }))]);
    expect(closeCode(await read(isClosed))).toBe(1012);
  });
});

it("many calls in a moment are answered all the same, one second after the other", async () => {
  const { send, read } = await connect({ maxMessagesPerSecond: 40 });
  await send(Array.from({ length: 100 }, (_, id) => call(id)));
  const answersIn = (bytes: Buffer): number => bytes.toString().split('"name":"Name"').length - 1;
  expect(answersIn(await read((bytes) => answersIn(bytes) === 100))).toBe(100);
});
