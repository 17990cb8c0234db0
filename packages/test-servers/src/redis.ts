import { installRedisOnDebian } from "./debian-packages.ts";
import { findRedis } from "./executables.ts";
import { notOurs, redisUrlVariable, useExternalRedis } from "./external-redis.ts";
import { startOwnRedis } from "./own-redis.ts";
import { launchRedisContainer, launchRedisExecutable } from "./redis-launch.ts";
import type { RedisMaster, RedisServer } from "./redis-server.ts";
import { makeServerFolder, removeServerFolder } from "./server-folder.ts";
import { canInstallDebianPackages, chooseServerSource, isDockerRunning } from "./server-source.ts";
import { unprivilegedUser } from "./unprivileged-user.ts";

/** Settings of {@link startRedis}. */
export interface RedisOptions {
  /**
   * More settings, as in `redis.conf`; they win over ours (loopback only, no snapshots, no
   * append-only file, replication without a delay or a file, `maxmemory-policy volatile-lru`).
   */
  settings?: Readonly<Record<string, string>>;
  /**
   * The server whose replica this one is: a {@link RedisServer}, or a `FaultProxy` before
   * one. It starts with a full copy. Default: none, so it is a master. Not in Docker.
   */
  replicaOf?: RedisMaster;
}

/**
 * Starts a Redis server on a free port of 127.0.0.1, in about 20 ms. It ends with
 * {@link RedisServer.stop}, with `await using`, and at the latest with this process.
 *
 * The server comes from the PATH or the usual places (`redis-server` or `valkey-server`), is
 * installed on Debian when we are root, or runs in Docker. `PORTCULLIS_TEST_REDIS_URL` names one to
 * use instead: it is shared and never emptied, and orders to it throw `NOT_OURS`.
 *
 * @throws {@link TestServerError} with `NO_SERVER`, `START_FAILED` or `TIMED_OUT`, or with `NOT_OURS`
 *   when options are given for a server named by the environment.
 * @example
 * ```ts
 * import { startRedis } from "@portcullis/test-servers";
 *
 * await using redis = await startRedis();
 * redis.pause();
 * redis.resume();
 *
 * await using replica = await startRedis({ replicaOf: redis });
 * await replica.promote();
 * await redis.demote({ to: replica });
 *
 * await replica.save();
 * await replica.kill();
 * await replica.restart({ keepData: true });
 * ```
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const source = await chooseServerSource<string>({
    product: {
      name: "Redis",
      debianPackage: "redis-server",
      homebrewPackage: "redis",
      urlVariable: redisUrlVariable,
    },
    externalUrl: process.env[redisUrlVariable],
    findExecutable: () => findRedis(process.env["PATH"]),
    canInstall: canInstallDebianPackages,
    install: () => installRedisOnDebian(() => findRedis(process.env["PATH"]) !== undefined),
    isDockerRunning,
  });
  if (source.kind === "external") {
    if (options.settings !== undefined) throw notOurs("takes no settings");
    if (options.replicaOf !== undefined) throw notOurs("becomes no replica");
    return useExternalRedis(source.url);
  }

  const user = source.kind === "docker" ? undefined : unprivilegedUser("redis");
  const folder = makeServerFolder("redis", user);
  const settings = options.settings ?? {};
  try {
    return await startOwnRedis({
      folder,
      masterPort: options.replicaOf?.port,
      isContainer: source.kind === "docker",
      launch: (port, masterPort) =>
        source.kind === "docker"
          ? launchRedisContainer({ port, folder, settings })
          : launchRedisExecutable(source.executable, user, { port, folder, settings, masterPort }),
    });
  } catch (error) {
    removeServerFolder(folder);
    throw error;
  }
}
