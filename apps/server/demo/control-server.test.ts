import { startRedis, type RedisServer } from "@portcullis/test-servers";
import { expect, onTestFinished, test } from "vitest";
import { startControlServer } from "./control-server.ts";
import { disturb, type ServersState } from "./disturbed-servers.ts";
import { findFreePorts } from "./free-ports.ts";

const key = "k".repeat(32);
const pageOrigin = "http://localhost:4000";

test("without the key nothing is told or done, and no other page may read", async () => {
  const { call, redis } = await start();
  const pid = redis.pid;
  for (const wrong of ["", "x", "x".repeat(32)]) {
    expect((await call("GET", "/state", wrong)).status).toBe(403);
    expect((await call("POST", "/redis/kill", wrong)).status).toBe(403);
  }
  expect(redis.pid).toBe(pid);
  const preflight = await call("OPTIONS", "/redis/kill", "");
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-origin")).toBe(pageOrigin);
});

test("Redis is paused, goes on, is flushed, killed and started again; each answer says how it is", async () => {
  const { order } = await start();
  expect(await order("/redis/pause")).toMatchObject({ status: 200, state: { redis: "paused" } });
  expect(await order("/redis/resume")).toMatchObject({ status: 200, state: { redis: "running" } });
  expect(await order("/redis/flush")).toMatchObject({ status: 200, state: { redis: "running" } });
  expect(await order("/redis/kill")).toMatchObject({ status: 200, state: { redis: "down" } });
  expect(await order("/redis/restart")).toMatchObject({ status: 200, state: { redis: "running" } });
});

test("an order that makes no sense changes nothing, and is answered by how things are", async () => {
  const { order } = await start();
  expect(await order("/redis/resume")).toMatchObject({ status: 409, state: { redis: "running" } });
  expect((await order("/redis/launch")).status).toBe(404);
  expect((await order("/nodes/C/pause")).status).toBe(404);
});

test("a node is paused and goes on, but not the one that serves the page", async () => {
  const { order, signals } = await start();
  expect(await order("/nodes/B/pause")).toMatchObject({ status: 200 });
  expect((await order("/nodes/B/pause")).status).toBe(409);
  const { state } = await order("/nodes/B/resume");
  expect(state.nodes).toEqual([
    { name: "A", state: "running", servesPage: true },
    { name: "B", state: "running", servesPage: false },
  ]);
  expect((await order("/nodes/A/pause")).status).toBe(409);
  expect(signals).toEqual(["SIGSTOP", "SIGCONT"]);
});

test("two orders at once are carried out one after the other", async () => {
  const { order } = await start();
  const outcomes = await Promise.all([order("/redis/kill"), order("/redis/kill")]);
  expect(outcomes.map(({ status }) => status)).toEqual([200, 409]);
});

interface Answer {
  readonly status: number;
  readonly state: ServersState;
}

interface Started {
  readonly redis: RedisServer;
  readonly signals: readonly string[];
  readonly call: (method: string, path: string, shownKey: string) => Promise<Response>;
  readonly order: (path: string) => Promise<Answer>;
}

async function start(): Promise<Started> {
  const started = new AsyncDisposableStack();
  onTestFinished(() => started.disposeAsync());
  const redis = started.use(await startRedis());
  const signals: string[] = [];
  const process = { signal: (signal: NodeJS.Signals) => void signals.push(signal) };
  const servers = disturb(redis, [
    { name: "A", process: () => process, servesPage: true },
    { name: "B", process: () => process, servesPage: false },
  ]);
  const [port = 0] = await findFreePorts(1);
  started.use(await startControlServer({ servers, port, key, pageOrigin }));

  const call = (method: string, path: string, shownKey: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { "x-lab-key": shownKey } });
  return {
    redis,
    signals,
    call,
    async order(path) {
      const response = await call("POST", path, key);
      return { status: response.status, state: (await response.json()) as ServersState };
    },
  };
}
