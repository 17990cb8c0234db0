import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { startHttpServer, type HttpServer } from "./http-server.ts";

const stack: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of stack.splice(0)) await each[Symbol.asyncDispose]();
});

async function start(
  handler: (request: Request) => Response | Promise<Response>,
  limits: Parameters<typeof startHttpServer>[3],
): Promise<HttpServer> {
  const config = { host: "127.0.0.1", port: { kind: "exact", port: 0 } } as const;
  const server = await startHttpServer({ answer: handler }, config, () => undefined, limits);
  stack.push({ [Symbol.asyncDispose]: () => server.stop(0) });
  return server;
}

async function open({ port }: HttpServer): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

it.each(["at once", "after a silence of our own"])(
  "V13.1.3 cuts a reader that never reads an answer which came %s",
  async (when) => {
    const silent = Promise.withResolvers<void>();
    if (when === "at once") silent.resolve();
    const server = await start(
      async () => {
        await silent.promise;
        return new Response("x".repeat(20_000_000));
      },
      { silenceMs: 50, onSilence: silent.resolve },
    );
    const socket = await open(server);
    socket.pause();
    socket.write(get);
    await expect.poll(() => server.connectionCount()).toBe(1);
    await expect.poll(() => server.connectionCount(), { timeout: 5_000 }).toBe(0);
    socket.destroy();
  },
);

it.each([
  ["a head", "GET / HTTP/1.1\r\nHost: x\r\n"],
  ["a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1"],
])("API-17 gives up on %s that does not arrive in time", async (_what, begun) => {
  const server = await start(async (request) => new Response(await request.text()), {
    headMs: 50,
    requestMs: 50,
    checkEveryMs: 10,
  });
  const socket = await open(server);
  let answer = "";
  socket.on("data", (chunk) => (answer += String(chunk)));
  socket.write(begun);
  await once(socket, "close");
  expect(answer).toMatch(/^HTTP\/1\.1 408 .*\r\nX-Content-Type-Options: nosniff\r\n.*"TIMEOUT"/s);
});

it("V13.1.3 does not cut a client that waits for an answer which takes its time", async () => {
  const silent = Promise.withResolvers<void>();
  const server = await start(
    async () => {
      await silent.promise;
      return new Response("late");
    },
    { silenceMs: 50, onSilence: silent.resolve },
  );
  const socket = await open(server);
  socket.write(get);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toContain("late");
  socket.destroy();
});

it("keeps a connection for the next request", async () => {
  const server = await start(() => new Response("here"), {});
  const socket = await open(server);
  for (let round = 0; round < 3; round += 1) {
    socket.write(get);
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 .*here$/s);
  }
  socket.destroy();
});

it("V13.1.2 takes no more connections than it has memory for, and new ones when others end", async () => {
  const server = await start(() => new Response("here"), { maxConnections: 2 });
  const kept = [await open(server), await open(server)];
  await expect.poll(() => server.connectionCount()).toBe(2);
  const third = await open(server);
  await once(third, "close");
  kept[0]?.destroy();
  await expect.poll(() => server.connectionCount()).toBe(1);
  const fourth = await open(server);
  fourth.write(get);
  expect(String(await once(fourth, "data"))).toContain("here");
  for (const socket of [...kept, fourth]) socket.destroy();
});
