import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

import { createClient } from "@redis/client";
import pg from "pg";
import { expect, test } from "vitest";

import { startFaultProxy } from "./fault-proxy.ts";
import { startRedis } from "./redis.ts";
import { sendRedisCommand } from "./redis-command.ts";
import { createTestDatabase } from "./test-database.ts";

const waitMs = 10_000;
// Linux keeps some 10 MB for a sender and a receiver that does not read.
const moreThanSocketBuffers = 32 * 1024 * 1024;

test("what a client sends reaches the server, and the answer the client, whatever its size", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  const bytes = randomBytes(8 * 1024 * 1024);
  client.send(bytes);
  await client.untilReceived(bytes.length);

  expect(client.received().equals(bytes)).toBe(true);
});

test("the end of what a client sends reaches the server, and the client hears on", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  client.send("last words");
  client.socket.end();
  await client.untilEnded();

  expect(client.text()).toBe("last words");
});

test("the end of what a server sends reaches the client, and the server hears on", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before,");
  echo.end(0);
  await client.untilEnded();
  client.send("after");

  await expect.poll(() => echo.text(0), { timeout: waitMs }).toBe("before,after");
});

test("a latency keeps back what is sent, and a shorter one what is already on its way", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("quick,");
  proxy.latency({ ms: 600_000 });
  client.send("slow");
  await roundTrip(echo);
  expect(echo.text(0)).toBe("quick,");

  proxy.latency({ ms: 20 });
  await client.untilText("quick,slow");
});

test("a jitter keeps back by chance, and lets nothing overtake", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("0,");
  proxy.latency({ ms: 0, jitterMs: 600_000 });
  let sent = "";
  for (let number = 1; number < 100; number++) {
    const text = `${number},`;
    sent += text;
    client.send(text);
    // A turn of the event loop each, so that they are not one piece.
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await roundTrip(echo);
  expect(echo.text(0)).not.toBe(`0,${sent}`);

  proxy.latency({ ms: 0, jitterMs: 20 });
  await client.untilText(`0,${sent}`);
});

test("what is on its way on a slow path is bounded, and then the sender waits", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using whole = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  proxy.latency({ ms: 600_000 });
  const bytes = randomBytes(moreThanSocketBuffers);
  client.send(bytes);
  await roundTrip(whole, bytes);
  expect(client.socket.writableLength).toBeGreaterThan(0);

  proxy.heal();
  await client.untilReceived(bytes.length);
  expect(client.received().equals(bytes)).toBe(true);
});

test.each([{ ms: -1 }, { ms: Number.NaN }, { ms: 600_001 }, { ms: 0, jitterMs: -1 }])(
  "a latency of %j is refused",
  async (latency) => {
    await using echo = await startEchoServer();
    await using proxy = await startFaultProxy({ target: echo });

    expect(() => proxy.latency(latency)).toThrow(RangeError);
  },
);

test("a black hole swallows nothing: what was sent into it arrives once it is healed", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using whole = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before,");
  proxy.blackHole();
  const bytes = randomBytes(moreThanSocketBuffers);
  client.send(bytes);
  await roundTrip(whole, bytes);
  expect(echo.text(0)).toBe("before,");
  expect(client.socket.writableLength).toBeGreaterThan(0);

  proxy.heal();
  await client.untilReceived("before,".length + bytes.length);
  expect(client.received().subarray("before,".length).equals(bytes)).toBe(true);
});

test("in a black hole of one direction the server hears, and its answers wait", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before,");
  proxy.blackHole("to-client");
  client.send("during");
  await expect.poll(() => echo.text(0), { timeout: waitMs }).toBe("before,during");
  await roundTrip(echo);
  expect(client.text()).toBe("before,");

  proxy.heal();
  await client.untilText("before,during");
});

test("a black hole opened after the server has heard keeps only what comes later", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before,");
  proxy.blackHole("to-server");
  echo.send(0, "from the server,");
  client.send("from the client");
  await client.untilText("before,from the server,");
  expect(echo.text(0)).toBe("before,");

  proxy.heal();
  await client.untilText("before,from the server,from the client");
});

test("a new connection into a black hole opens and hears nothing, until it is healed", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  proxy.blackHole();
  await using client = openClient(proxy);
  await once(client.socket, "connect");
  client.send("patience");
  await roundTrip(echo);
  expect(echo.connectionsSoFar()).toBe(1);

  proxy.heal();
  await client.untilText("patience");
});

test("what a client sent into a black hole before it gave up arrives all the same", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before,");
  proxy.blackHole();
  client.send("last words");
  client.socket.end();
  await roundTrip(echo);
  expect(echo.hasEnded(0)).toBe(false);

  proxy.heal();
  await expect.poll(() => echo.hasEnded(0), { timeout: waitMs }).toBe(true);
  expect(echo.text(0)).toBe("before,last words");
});

test("a reset waits in a black hole too", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before");
  proxy.blackHole("to-client");
  echo.reset(0);
  client.send("to nobody");
  await roundTrip(echo);
  expect(client.problem()).toBeUndefined();

  proxy.heal();
  await client.untilClosed();
  expect(client.problem()).toBe("ECONNRESET");
});

test("of two proxies before one server, one may be a black hole", async () => {
  await using echo = await startEchoServer();
  await using broken = await startFaultProxy({ target: echo });
  await using whole = await startFaultProxy({ target: echo });
  broken.blackHole();
  await using hanging = openClient(broken);
  hanging.send("anybody?");
  await roundTrip(whole);

  expect(hanging.text()).toBe("");
});

test("a half-close to the client ends what it hears, and the server hears on", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before,");
  proxy.halfClose("to-client");
  await client.untilEnded();
  client.send("after");
  await expect.poll(() => echo.text(0), { timeout: waitMs }).toBe("before,after");
  expect(client.text()).toBe("before,");
});

test("a half-close to the server ends what it hears, and the client hears on", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before,");
  echo.stayOpen();
  proxy.halfClose("to-server");
  client.send("dropped");
  await expect.poll(() => echo.hasEnded(0), { timeout: waitMs }).toBe(true);
  echo.send(0, "after");
  await client.untilText("before,after");
  expect(echo.text(0)).toBe("before,");
});

test("refusal resets new connections and leaves open ones, until it is healed", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using early = openClient(proxy);
  await early.exchange("a");
  proxy.refuse();
  await using refused = openClient(proxy);
  await refused.untilClosed();
  expect(refused.problem()).toBe("ECONNRESET");
  await early.exchange("b");

  proxy.heal();
  await roundTrip(proxy);
});

test("a cut resets open connections on both sides, also in a black hole, and serves new ones", async () => {
  await using echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before");
  proxy.blackHole();
  await using hanging = openClient(proxy);
  await once(hanging.socket, "connect");
  await roundTrip(echo);
  proxy.cut();
  await Promise.all([client.untilClosed(), hanging.untilClosed()]);
  expect([client.problem(), hanging.problem()]).toEqual(["ECONNRESET", "ECONNRESET"]);
  await expect.poll(() => echo.problem(0), { timeout: waitMs }).toBe("ECONNRESET");

  proxy.heal();
  await roundTrip(proxy);
});

test("after a retarget new connections reach the new server, and open ones stay", async () => {
  await using first = await startEchoServer();
  await using second = await startEchoServer();
  await using proxy = await startFaultProxy({ target: first });
  await using early = openClient(proxy);
  await early.exchange("early");
  proxy.retarget(second);
  await using late = openClient(proxy);
  await late.exchange("late");
  await early.exchange(" bird");

  expect(first.text(0)).toBe("early bird");
  expect(second.text(0)).toBe("late");
});

test("a connection that a black hole kept from its server reaches the new one", async () => {
  await using first = await startEchoServer();
  await using second = await startEchoServer();
  await using proxy = await startFaultProxy({ target: first });
  proxy.blackHole();
  await using client = openClient(proxy);
  client.send("hello");
  proxy.retarget(second);
  proxy.heal();
  await client.untilText("hello");

  expect(first.connectionsSoFar()).toBe(0);
});

test("without a server behind the proxy a connection is reset", async () => {
  const echo = await startEchoServer();
  await using proxy = await startFaultProxy({ target: echo });
  await echo[Symbol.asyncDispose]();
  await using client = openClient(proxy);
  await client.untilClosed();

  expect(client.problem()).toBe("ECONNRESET");
});

test("close ends connections, also in a black hole, and gives the port back; it may be called twice", async () => {
  await using echo = await startEchoServer();
  const proxy = await startFaultProxy({ target: echo });
  await using client = openClient(proxy);
  await client.exchange("before");
  proxy.blackHole();
  await Promise.all([proxy.close(), proxy.close(), client.untilClosed()]);

  await using late = openClient(proxy);
  await late.untilClosed();
  expect(late.problem()).toBe("ECONNREFUSED");
});

test("Redis in a black hole executes a command late, and once", async () => {
  await using redis = await startRedis();
  await using proxy = await startFaultProxy({ target: redis });
  expect(proxy.url).toBe(`redis://127.0.0.1:${proxy.port}`);
  const client = createClient({ url: proxy.url });
  await client.connect();
  try {
    proxy.blackHole("to-server");
    const late = client.incr("counter");
    await sendRedisCommand(redis.port, ["INCR", "counter"], waitMs);
    proxy.heal();
    expect(await late).toBe(2);
  } finally {
    client.destroy();
  }
});

test("Redis that answers into a black hole has executed the command", async () => {
  await using redis = await startRedis();
  await using proxy = await startFaultProxy({ target: redis });
  const client = createClient({ url: proxy.url });
  await client.connect();
  try {
    proxy.blackHole("to-client");
    const unanswered = client.incr("counter");
    await expect
      .poll(() => sendRedisCommand(redis.port, ["GET", "counter"], waitMs), { timeout: waitMs })
      .toBe("1");
    proxy.heal();
    expect(await unanswered).toBe(1);
  } finally {
    client.destroy();
  }
});

test("a client of Redis finds the promoted replica behind the same URL", async () => {
  await using master = await startRedis();
  await using replica = await startRedis({ replicaOf: master });
  await using proxy = await startFaultProxy({ target: master });
  const client = createClient({ url: proxy.url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    await client.set("key", "v1");
    await master.kill();
    await replica.promote();
    proxy.retarget(replica);
    proxy.cut();
    await expect
      .poll(() => client.set("key", "v2").catch(() => "not yet"), { timeout: waitMs })
      .toBe("OK");
    expect(await sendRedisCommand(replica.port, ["GET", "key"], waitMs)).toBe("v2");
  } finally {
    client.destroy();
  }
});

test("Postgres is met with its user, password and database, and a cut breaks a query", async () => {
  await using database = await createTestDatabase();
  await using proxy = await startFaultProxy({ target: database });
  const client = new pg.Client({ connectionString: proxy.url });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query("SELECT current_database() AS name");
  expect(rows).toEqual([{ name: database.name }]);

  proxy.blackHole();
  const query = client.query("SELECT 1");
  proxy.cut();
  await expect(query).rejects.toThrow(/ECONNRESET|terminated/);
});

interface EchoServer extends AsyncDisposable {
  readonly port: number;
  connectionsSoFar(): number;
  /** What a connection has sent: 0 is the first one ever. */
  text(connection: number): string;
  hasEnded(connection: number): boolean;
  problem(connection: number): unknown;
  send(connection: number, text: string): void;
  /** Says no more on a connection, and listens on. */
  end(connection: number): void;
  reset(connection: number): void;
  /** From now on the end of what a client sends is not answered by an end. */
  stayOpen(): void;
}

async function startEchoServer(): Promise<EchoServer> {
  const connections: Recording[] = [];
  let staysOpen = false;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(record(socket));
    socket.pipe(socket, { end: false });
    socket.on("end", () => {
      if (!staysOpen) socket.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = (index: number): Recording => {
    const connection = connections[index];
    if (connection === undefined) throw new Error(`connection ${index} is not there yet`);
    return connection;
  };
  return {
    port: (server.address() as AddressInfo).port,
    connectionsSoFar: () => connections.length,
    text: (index) => at(index).received().toString(),
    hasEnded: (index) => at(index).socket.readableEnded,
    problem: (index) => at(index).problem(),
    send: (index, text) => at(index).socket.write(text),
    end: (index) => void at(index).socket.unpipe().resume().end(),
    reset: (index) => at(index).socket.resetAndDestroy(),
    stayOpen: () => {
      staysOpen = true;
    },
    [Symbol.asyncDispose]: async () => {
      for (const { socket } of connections) socket.destroy();
      await once(server.close(), "close");
    },
  };
}

interface Client extends AsyncDisposable, Recording {
  send(data: string | Buffer): void;
  /** Sends a text and waits for its echo. */
  exchange(text: string): Promise<void>;
  text(): string;
  untilReceived(length: number): Promise<void>;
  untilText(text: string): Promise<void>;
  untilEnded(): Promise<void>;
  untilClosed(): Promise<void>;
}

function openClient({ port }: { readonly port: number }): Client {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const recording = record(socket);
  const text = (): string => recording.received().toString();
  const untilText = (expected: string): Promise<void> =>
    expect.poll(text, { timeout: waitMs }).toBe(expected);
  const until = (isDone: () => boolean): Promise<void> =>
    expect.poll(isDone, { timeout: waitMs }).toBe(true);
  return {
    ...recording,
    send: (data) => void socket.write(data),
    exchange: async (data) => {
      const expected = text() + data;
      socket.write(data);
      await untilText(expected);
    },
    text,
    untilReceived: (length) => until(() => recording.received().length >= length),
    untilText,
    untilEnded: () => until(() => socket.readableEnded),
    untilClosed: () => until(() => socket.closed),
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
    },
  };
}

/** Sends bytes there and back, on a connection of their own: others that can arrive do meanwhile. */
async function roundTrip(
  server: { readonly port: number },
  bytes = Buffer.from("there and back"),
): Promise<void> {
  await using client = openClient(server);
  client.send(bytes);
  await client.untilReceived(bytes.length);
}

interface Recording {
  readonly socket: Socket;
  received(): Buffer;
  /** The code of the error that ended the connection. */
  problem(): unknown;
}

function record(socket: Socket): Recording {
  let received = Buffer.alloc(0);
  let pieces: Buffer[] = [];
  let problem: unknown;
  socket.on("data", (bytes: Buffer) => pieces.push(bytes));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    problem = error.code;
  });
  return {
    socket,
    received: () => {
      received = Buffer.concat([received, ...pieces]);
      pieces = [];
      return received;
    },
    problem: () => problem,
  };
}
