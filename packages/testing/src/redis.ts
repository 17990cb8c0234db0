import { rmSync } from "node:fs";
import { join } from "node:path";

import { installRedisOnDebian } from "./debian-packages.ts";
import { findRedis } from "./executables.ts";
import { sendRedisCommand } from "./redis-command.ts";
import { launchRedisContainer, launchRedisExecutable, snapshotFile } from "./redis-launch.ts";
import { makeServerFolder, removeServerFolder } from "./server-folder.ts";
import type { ServerProcess } from "./server-process.ts";
import { canInstallDebianPackages, chooseServerSource, isDockerRunning } from "./server-source.ts";
import { type LaunchOnPort, startOnFreePort, startOnSamePort } from "./start-on-port.ts";
import { TestServerError } from "./test-server-error.ts";
import { unprivilegedUser } from "./unprivileged-user.ts";

const urlVariable = "PORTCULLIS_TEST_REDIS_URL";
const commandTimeoutMs = 15_000;

/** Settings of {@link startRedis}. */
export interface RedisOptions {
  /**
   * More settings, as in `redis.conf`; they win over ours (loopback only, no snapshots, no
   * append-only file, `maxmemory-policy volatile-lru`).
   */
  settings?: Readonly<Record<string, string>>;
}

/** A Redis server that belongs to the test that started it. */
export interface RedisServer extends AsyncDisposable {
  /** `redis://127.0.0.1:<port>`: stays the same over {@link RedisServer.restart}. */
  readonly url: string;
  readonly port: number;
  /** The server process, new after a restart. `undefined` for a server named by the environment. */
  readonly pid: number | undefined;
  /** Ends the server and deletes its data. May be called twice. */
  stop(): Promise<void>;
  /**
   * Ends the server by a signal and returns once it is gone. Its last snapshot stays.
   *
   * @param signal - Default `SIGKILL`. One that does not end a server throws `TIMED_OUT` after 15 s.
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Freezes the server (SIGSTOP): connections stay open and nothing answers. */
  pause(): void;
  /** Lets a frozen server go on (SIGCONT). */
  resume(): void;
  /**
   * Starts the server again on the same port: ends it first if it runs.
   *
   * @param options - With `keepData` (default `false`) a running server saves a snapshot before it
   *   ends, and the new one loads it. One that was killed comes back with its last snapshot, that
   *   is with what it held at the last `SAVE`.
   */
  restart(options?: { keepData?: boolean }): Promise<void>;
}

/**
 * Starts a Redis server on a free port of 127.0.0.1, in about 20 ms. It ends with
 * {@link RedisServer.stop}, with `await using`, and at the latest with this process.
 *
 * The server comes from the PATH or the usual places (`redis-server` or `valkey-server`), is
 * installed on Debian when we are root, or runs in Docker. `PORTCULLIS_TEST_REDIS_URL` names one to
 * use instead: it is shared and never emptied, and orders to it throw `NOT_OURS`.
 *
 * @throws {@link TestServerError} with `NO_SERVER`, `START_FAILED` or `TIMED_OUT`.
 * @example
 * ```ts
 * import { startRedis } from "@portcullis/testing";
 *
 * await using redis = await startRedis();
 * redis.pause();
 * redis.resume();
 * ```
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const source = await chooseServerSource<string>({
    product: {
      name: "Redis",
      debianPackage: "redis-server",
      homebrewPackage: "redis",
      urlVariable,
    },
    externalUrl: process.env[urlVariable],
    findExecutable: () => findRedis(process.env["PATH"]),
    canInstall: canInstallDebianPackages,
    install: () => installRedisOnDebian(() => findRedis(process.env["PATH"]) !== undefined),
    isDockerRunning,
  });
  if (source.kind === "external") {
    return useExternalServer(source.url, options);
  }

  const user = source.kind === "docker" ? undefined : unprivilegedUser("redis");
  const folder = makeServerFolder("redis", user);
  const settings = options.settings ?? {};
  const launchOnPort: LaunchOnPort = (port) =>
    source.kind === "docker"
      ? launchRedisContainer({ port, folder, settings })
      : launchRedisExecutable(source.executable, user, { port, folder, settings });
  try {
    return ownServer(await startOnFreePort(launchOnPort), launchOnPort, folder);
  } catch (error) {
    removeServerFolder(folder);
    throw error;
  }
}

function ownServer(
  first: { process: ServerProcess; port: number },
  launchOnPort: LaunchOnPort,
  folder: string,
): RedisServer {
  const { port } = first;
  let current = first.process;

  const stop = async (): Promise<void> => {
    await current.end();
    removeServerFolder(folder);
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return current.pid;
    },
    stop,
    kill: async (signal = "SIGKILL") => {
      current.signal(signal);
      await current.waitForEnd(commandTimeoutMs);
    },
    pause: () => current.signal("SIGSTOP"),
    resume: () => current.signal("SIGCONT"),
    restart: async ({ keepData = false } = {}) => {
      if (keepData && !current.hasEnded()) {
        // A paused server could not save.
        current.signal("SIGCONT");
        await save(port);
      }
      await current.end();
      if (!keepData) {
        rmSync(join(folder, snapshotFile), { force: true });
      }
      current = await startOnSamePort(launchOnPort, port);
    },
    [Symbol.asyncDispose]: stop,
  };
}

async function save(port: number): Promise<void> {
  const answer = await sendRedisCommand(port, ["SAVE"], commandTimeoutMs);
  if (answer !== "+OK") {
    throw new TestServerError("START_FAILED", `Redis could not save its data: ${answer}`);
  }
}

function useExternalServer(url: string, options: RedisOptions): RedisServer {
  if (options.settings !== undefined) {
    throw notOurs("takes no settings");
  }
  return {
    url,
    port: Number(new URL(url).port || "6379"),
    pid: undefined,
    stop: async () => undefined,
    kill: async () => {
      throw notOurs("cannot be killed");
    },
    pause: () => {
      throw notOurs("cannot be paused");
    },
    resume: () => {
      throw notOurs("cannot be resumed");
    },
    restart: async () => {
      throw notOurs("cannot be restarted");
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function notOurs(what: string): TestServerError {
  return new TestServerError(
    "NOT_OURS",
    `The Redis server of ${urlVariable} ${what}: unset the variable to run this test.`,
  );
}
