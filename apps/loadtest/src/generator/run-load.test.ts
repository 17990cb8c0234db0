import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { LoadPlan } from "../load.ts";
import type { LoadProgress } from "./generate-load.ts";
import { AbortedRunError, GeneratorError, runLoad } from "./run-load.ts";
import { TargetUnreachableError } from "./target-unreachable-error.ts";
import { planFor, startTarget } from "./test-target.ts";

const answering = () => startTarget((response) => void response.end("{}"));

function planAt(origin: string, changes: Partial<LoadPlan> = {}): LoadPlan {
  return planFor({ origin, [Symbol.asyncDispose]: async () => undefined }, changes);
}

async function errorOf(running: Promise<unknown>): Promise<unknown> {
  return await running.then(
    () => expect.fail("It did not fail."),
    (error: unknown) => error,
  );
}

describe("a load from a process of its own", () => {
  it("is measured there, with its progress and what its source reports", async () => {
    await using target = await answering();
    const told: LoadProgress[] = [];
    const { run, report } = await runLoad(
      planFor(target, { warmUpSeconds: 0.1, seconds: 0.6 }),
      (progress) => void told.push(progress),
      { cpu: 0 },
    );
    expect(run).toMatchObject({ label: "test", requests: 120, failures: {}, seconds: 0.6 });
    expect(run.latency.count).toBe(120);
    expect(report).toEqual({ asked: 140 });
    expect(told.at(-1)).toMatchObject({ atSeconds: 0.6, seconds: 0.6 });
  });

  it("that is aborted throws what was measured until then", async () => {
    await using target = await answering();
    const aborting = new AbortController();
    const error = await errorOf(
      runLoad(
        planFor(target, { seconds: 600 }),
        ({ requests }) => requests > 20 && aborting.abort(),
        { signal: aborting.signal },
      ),
    );
    expect(error).toBeInstanceOf(AbortedRunError);
    expect((error as AbortedRunError).outcome?.run.requests).toBeGreaterThan(20);
  });

  it("that is aborted before it counts has no outcome", async () => {
    await using target = await answering();
    for (const signal of [AbortSignal.abort(), AbortSignal.timeout(100)]) {
      const plan = planFor(target, { warmUpSeconds: 600 });
      const error = await errorOf(runLoad(plan, undefined, { signal }));
      expect(error).toBeInstanceOf(AbortedRunError);
      expect((error as AbortedRunError).outcome).toBeUndefined();
    }
  });

  it.each([
    ["throws", { settings: { faultyRequest: 30 } }, /There are no more requests/],
    ["cannot be loaded", { source: "file:///none/such.ts" }, /Cannot find module/],
    ["is none", { source: import.meta.resolve("./limits.ts") }, /exports no createSource/],
  ])("fails with the reason when its source %s", async (_what, changes, reason) => {
    await using target = await answering();
    const error = await errorOf(runLoad(planFor(target, { seconds: 600, ...changes })));
    expect(error).toBeInstanceOf(GeneratorError);
    expect((error as Error).message).toMatch(reason);
  });

  it("fails with what its watcher throws", async () => {
    await using target = await answering();
    const watcher = (): never => {
      throw new Error("no more of this");
    };
    const error = await errorOf(runLoad(planFor(target, { seconds: 600 }), watcher));
    expect(error).toEqual(new Error("no more of this"));
  });

  it("fails with the reason when its core does not exist", async () => {
    await using target = await answering();
    const error = await errorOf(runLoad(planFor(target), undefined, { cpu: 4000 }));
    expect(error).toBeInstanceOf(GeneratorError);
    expect((error as Error).message).toMatch(/affinity/);
  });

  it("ends with who started it, however that ended", async () => {
    let requests = 0;
    await using target = await startTarget((response) => {
      requests += 1;
      response.end();
    });
    const program = `
      const { runLoad } = await import(${JSON.stringify(import.meta.resolve("./run-load.ts"))});
      await runLoad(${JSON.stringify(planFor(target, { warmUpSeconds: 600 }))});`;
    const starter = spawn(
      process.execPath,
      ["--conditions=@portcullis/source", "--input-type=module", "--eval", program],
      { stdio: "ignore" },
    );
    while (requests < 20) await sleep(20);
    starter.kill("SIGKILL");
    await once(starter, "exit");
    // Requests end with it; one that lives on would send 20 more in this time.
    for (let before = -1; before !== requests; await sleep(100)) before = requests;
    expect(requests).toBeGreaterThanOrEqual(20);
  });
});

describe("before anything is started", () => {
  it("a target that nothing listens at is refused", async () => {
    const port = await freePort();
    const error = await errorOf(runLoad(planAt(`http://127.0.0.1:${port}`)));
    expect(error).toBeInstanceOf(TargetUnreachableError);
    expect((error as Error).message).toBe(
      `http://127.0.0.1:${port} cannot be reached (nothing listens there): check the address, and that the service runs.`,
    );
  });

  it("a target that does not speak HTTP is refused", async () => {
    await using server = await listen((socket) => {
      socket.end("SSH-2.0-OpenSSH\r\n").resume();
    });
    const error = await errorOf(runLoad(planAt(`http://127.0.0.1:${server.port}`)));
    expect(error).toBeInstanceOf(TargetUnreachableError);
    expect((error as Error).message).toMatch(/HTTP/);
  });

  it.each(["no address", "ftp://127.0.0.1", "http://127.0.0.1:1/trpc"])(
    "the target %o is refused",
    async (origin) => {
      const error = await errorOf(runLoad(planAt(origin)));
      expect(error).toBeInstanceOf(TargetUnreachableError);
      expect((error as Error).message).toContain("it is no origin such as");
    },
  );

  it.each([
    [{ connections: 0 }, "connections must be from 1 to 10000, not 0"],
    [{ connections: 1.5 }, "connections must be a whole number"],
    [{ seconds: Number.NaN }, "seconds must be from 0.1 to 86400, not NaN"],
    [{ targets: [] }, "the number of targets must be from 1 to 4, not 0"],
    [
      { loop: { kind: "open", requestsPerSecond: 1e9 } },
      "requestsPerSecond must be from 0.1 to 200000, not 1000000000",
    ],
  ] as const)("%o is out of bounds", async (changes, message) => {
    const error = await errorOf(runLoad(planAt("http://127.0.0.1:1", changes)));
    expect(error).toEqual(new RangeError(message));
  });
});

async function freePort(): Promise<number> {
  await using server = await listen(() => undefined);
  return server.port;
}

async function listen(onConnection: Parameters<typeof createServer>[1] & object) {
  const server: Server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
