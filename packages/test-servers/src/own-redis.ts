import { rmSync } from "node:fs";
import { join } from "node:path";

import { orderRedis, orderTimeoutMs, saveSnapshot, waitForReplicaLink } from "./redis-orders.ts";
import { snapshotFile } from "./redis-launch.ts";
import type { RedisServer } from "./redis-server.ts";
import { removeServerFolder } from "./server-folder.ts";
import type { ServerLaunch } from "./server-launch.ts";
import { startOnFreePort, startOnSamePort } from "./start-on-port.ts";
import { TestServerError } from "./test-server-error.ts";

/** How to start one Redis server. */
export interface OwnRedisLaunch {
  folder: string;
  /** The launch on a port, as a replica of the server at another port or as a master. */
  launch(port: number, masterPort: number | undefined): ServerLaunch;
  /** The master at the first start. */
  masterPort: number | undefined;
  isContainer: boolean;
}

/** Starts a server that takes every order. The caller deletes the folder when this throws. */
export async function startOwnRedis({
  folder,
  launch,
  masterPort: firstMasterPort,
  isContainer,
}: OwnRedisLaunch): Promise<RedisServer> {
  const requireReach = (): void => {
    // A container's loopback is its own.
    if (isContainer) {
      throw new TestServerError(
        "NO_SERVER",
        "A Redis in Docker cannot reach another one: install redis-server to run this test.",
      );
    }
  };
  if (firstMasterPort !== undefined) {
    requireReach();
  }
  // Kept over a restart, as a sentinel would have it.
  let masterPort = firstMasterPort;
  const launchInRole = (onPort: number): ServerLaunch => launch(onPort, masterPort);
  const { process, port } = await startOnFreePort(launchInRole);
  let current = process;

  if (masterPort !== undefined) {
    try {
      await waitForReplicaLink(port);
    } catch (error) {
      await current.end();
      throw error;
    }
  }

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
      await current.waitForEnd(orderTimeoutMs);
    },
    pause: () => current.signal("SIGSTOP"),
    resume: () => current.signal("SIGCONT"),
    save: () => saveSnapshot(port),
    flush: () => orderRedis(port, "FLUSHALL"),
    promote: async () => {
      await orderRedis(port, "REPLICAOF", "NO", "ONE");
      masterPort = undefined;
    },
    demote: async ({ to }) => {
      requireReach();
      await orderRedis(port, "REPLICAOF", "127.0.0.1", String(to.port));
      masterPort = to.port;
      await waitForReplicaLink(port);
    },
    restart: async ({ keepData = false } = {}) => {
      if (keepData && !current.hasEnded()) {
        // A paused server could not save.
        current.signal("SIGCONT");
        await saveSnapshot(port);
      }
      await current.end();
      if (!keepData) {
        rmSync(join(folder, snapshotFile), { force: true });
      }
      current = await startOnSamePort(launchInRole, port);
    },
    [Symbol.asyncDispose]: stop,
  };
}
