import { cp } from "node:fs/promises";
import { createServer, connect, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createTestDatabase, startRedis } from "@portcullis/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServiceProcess, type ServiceProcess } from "../demo/service-process.ts";
import {
  clientOf,
  newCredentials,
  outcomeOf,
  standingOf,
  startTestServers,
  temporaryFolder,
  type TestServers,
} from "./test-service.ts";

function variablesOf({
  database,
  redis,
}: Pick<TestServers, "database" | "redis">): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    REQUIRE_VERIFIED_EMAIL: "false",
    AUTH_SECRET: "a secret of the tests: 32 bytes or more",
    PORT: "0",
  };
}

/** The data of an embedded service that has run once: to make a Postgres takes seconds. */
let made: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  made = await temporaryFolder();
  const first = await startServiceProcess({ DATA_DIR: made.path, PORT: "0" });
  await first.stop();
});
afterAll(() => made[Symbol.asyncDispose]());

async function folderWithData(): Promise<typeof made> {
  const folder = await temporaryFolder();
  await cp(made.path, folder.path, { recursive: true });
  return folder;
}

/** Sends the head of a login and waits until the server has taken it. */
async function beginLogin(service: ServiceProcess, body: string): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
  const taken = new Promise((resolve) => socket.once("data", resolve));
  socket.write(
    `POST /trpc/auth.login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
  );
  expect(String(await taken)).toContain("100 Continue");
  return socket;
}

const login = JSON.stringify({ email: "nobody@example.com", password: "wrong horse" });

describe("stopping", () => {
  it("finishes a request in flight, takes no new one and exits with 0", async () => {
    await using servers = await startTestServers();
    await using service = await startServiceProcess(variablesOf(servers));
    const socket = await beginLogin(service, login);
    let answer = "";
    socket.on("data", (chunk) => (answer += String(chunk)));
    const closed = new Promise((resolve) => socket.once("close", resolve));

    service.signal("SIGTERM");
    await service.waitForOutput("Stopping");
    await expect(fetch(`${service.url}/healthz`)).rejects.toThrow("fetch failed");
    socket.write(login);
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toContain("invalid_credentials");
    expect(await service.ended).toBe(0);
  });

  it("cuts a request that does not finish, and exits with 0", async () => {
    await using servers = await startTestServers();
    await using service = await startServiceProcess(variablesOf(servers));
    const socket = await beginLogin(service, login);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    service.signal("SIGTERM");
    await closed;
    expect(await service.ended).toBe(0);
  });

  it("ends at once at a second signal", async () => {
    await using servers = await startTestServers();
    await using service = await startServiceProcess(variablesOf(servers));
    const socket = await beginLogin(service, login);
    socket.on("error", () => undefined);
    service.signal("SIGINT");
    await service.waitForOutput("Stopping");
    // Signals that come right after the first are taken for the same one, so it is sent until it acts.
    for (let tries = 0; tries < 100; tries += 1) {
      service.signal("SIGINT");
      if ((await Promise.race([service.ended, pause(50, "running")])) !== "running") break;
    }
    expect(await service.ended).toBe(1);
  });
});

describe("a fault that nobody handled", () => {
  /** Runs in the process before the service does, and lets a signal make a fault there. */
  const faults = {
    exception: "process.on('SIGUSR2', () => { throw fault })",
    rejection: "process.on('SIGUSR2', () => { Promise.reject(fault) })",
  };
  const fault =
    "const fault = Object.assign(new Error('find-me'), { code: 'EFAULT', password: 'hide-' + 'me' });";

  it.each(Object.entries(faults))(
    "V16.5.4 %s: it is logged in the log's form, and ends the process with code 1",
    async (_, code) => {
      await using folder = await folderWithData();
      const module = `data:text/javascript,${encodeURIComponent(`${fault}${code}`)}`;
      await using service = await startServiceProcess({
        DATA_DIR: folder.path,
        PORT: "0",
        NODE_OPTIONS: `--import=${module}`,
      });
      service.signal("SIGUSR2");
      expect(await service.ended).toBe(1);
      expect(JSON.parse(service.output.at(-1) ?? "")).toMatchObject({
        level: "fatal",
        msg: "The process ends for a fault that nobody handled",
        error: { type: "Error", message: "find-me", code: "EFAULT" },
      });
      expect(service.output.join("")).not.toContain("hide-me");
    },
  );
});

it("V4.1.3 tells the person who starts it where the mails are, and the log not", async () => {
  await using folder = await folderWithData();
  await using service = await startServiceProcess({ DATA_DIR: folder.path, PORT: "0" });
  await service.waitForOutput("/outbox");
  const told = service.output.filter((line) => line.includes("/outbox"));
  expect(told).toEqual([expect.stringMatching(/^Mails are shown at: {2}http:\S+\?key=[\w-]{43}$/)]);
  const [address = ""] = /http:\S+/.exec(told[0] ?? "") ?? [];
  expect((await fetch(address, { redirect: "manual" })).status).toBe(303);
  expect((await fetch(`${service.url}/outbox`)).status).toBe(404);
});

it("V4.1.3 tells of no such place where it is reached through a proxy", async () => {
  await using folder = await folderWithData();
  const variables = { DATA_DIR: folder.path, PORT: "0", TRUSTED_PROXIES: "127.0.0.1/32" };
  await using service = await startServiceProcess(variables);
  expect(service.output.join("\n")).not.toContain("/outbox");
  expect((await fetch(`${service.url}/outbox`)).status).toBe(404);
  expect(await (await fetch(service.url)).text()).not.toContain("Mails");
});

/** Three starts, each with a deadline of its own; the first makes a Postgres, which takes seconds. */
const threeStartsMs = 150_000;

describe("starting", () => {
  it(
    "keeps accounts and revocations over restarts in embedded mode",
    async () => {
      await using folder = await temporaryFolder();
      const variables = { DATA_DIR: folder.path, PORT: "0" };
      const credentials = newCredentials();

      const first = await startServiceProcess(variables);
      const { api } = clientOf(first);
      await api.auth.register.mutate({ ...credentials, name: "Name" });
      const kept = await clientOf(first).api.auth.login.mutate(credentials);
      const revoked = await api.auth.login.mutate(credentials);
      await api.auth.logout.mutate();
      expect(await first.stop()).toBe(0);

      const second = await startServiceProcess(variables);
      expect(await standingOf(second, kept.accessToken)).toBe("accepted");
      expect(await standingOf(second, revoked.accessToken)).toBe("token_revoked");
      expect(
        await outcomeOf(
          clientOf(second).api.auth.refresh.mutate({ refreshToken: revoked.refreshToken }),
        ),
      ).toBe("refresh_token_invalid");
      expect(await outcomeOf(clientOf(second).api.auth.login.mutate(credentials))).toBe("accepted");
      await expect(startServiceProcess(variables)).rejects.toThrow(
        `is in use by process ${second.pid}. The embedded mode is for one process`,
      );
      expect(await second.stop()).toBe(0);

      await using third = await startServiceProcess(variables);
      expect(await standingOf(third, revoked.accessToken)).toBe("token_revoked");
      expect(await standingOf(third, kept.accessToken)).toBe("accepted");
    },
    threeStartsMs,
  );

  it("says what is wrong with the configuration and exits", async () => {
    await expect(startServiceProcess({ PORT: "many", REDIS_URL: "redis://x" })).rejects.toThrow(
      /ended with code 1[\s\S]*Portcullis can not start:[\s\S]*- REDIS_URL is set[\s\S]*- PORT must be/,
    );
  });

  it("says where it looked for a Postgres that is not there", async () => {
    const failure = await startServiceProcess({
      DATABASE_URL: "postgres://user:find-me@127.0.0.1:1/app",
      REDIS_URL: "redis://127.0.0.1:1",
      REQUIRE_VERIFIED_EMAIL: "false",
      AUTH_SECRET: "find-me: a secret of 32 bytes or more",
    }).catch(String);
    expect(failure).toContain("Postgres can not be used at 127.0.0.1:1, where DATABASE_URL points");
    expect(failure).not.toContain("find-me");
  });

  it("says so when AUTH_SECRET is not the one that the data was made with", async () => {
    await using servers = await startTestServers();
    const variables = variablesOf(servers);
    const first = await startServiceProcess(variables);
    await first.stop();
    const failure = await startServiceProcess({
      ...variables,
      REQUIRE_VERIFIED_EMAIL: "false",
      AUTH_SECRET: "find-me: another secret of 32 bytes or more",
    }).catch(String);
    expect(failure).toMatch(/ended with code 1[\s\S]*Portcullis can not start:\n- .*secret/);
    expect(failure).not.toContain("find-me");
  });

  it("says so when Redis may evict what the cache relies on", async () => {
    await using database = await createTestDatabase();
    await using redis = await startRedis({ settings: { "maxmemory-policy": "allkeys-lru" } });
    const failure = await startServiceProcess(variablesOf({ database, redis })).catch(String);
    expect(failure).toMatch(
      /ended with code 1\.\n[\s\S]*Portcullis can not start:\n- Redis has maxmemory-policy allkeys-lru, which may evict fences: set it to .*noeviction$/,
    );
    expect(failure).not.toMatch(/^ *at /m);
    expect(failure).not.toContain('"stack"');
  });

  it("takes the next free port when none was asked for, and says so", async () => {
    await using servers = await startTestServers();
    const { PORT: _, ...variables } = variablesOf(servers);
    await using stack = new AsyncDisposableStack();
    stack.use(await takePort(3000));
    await using service = await startServiceProcess(variables);
    expect(Number(new URL(service.url).port)).toBeGreaterThan(3000);
    expect(service.output.join("\n")).toContain("Port 3000 is taken; PORT sets another one");
    expect((await fetch(service.url)).status).toBe(200);
    await expect(
      startServiceProcess({ ...variables, PORT: new URL(service.url).port }),
    ).rejects.toThrow(/Port \d+ of 127\.0\.0\.1 is taken: set PORT to another one/);
  });
});

/** Another program may have the port already; that does as well. */
async function takePort(port: number): Promise<AsyncDisposable> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => {
    server.once("error", () => resolve());
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
