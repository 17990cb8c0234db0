import { containerName, dockerRunArgs } from "./docker.ts";
import type { ServerLaunch } from "./server-launch.ts";
import type { UnixUser } from "./unprivileged-user.ts";

const image = "redis:7";
const portInContainer = 6379;
const readyPattern = /Ready to accept connections/;
const readyTimeoutMs = 15_000;
const imagePullTimeoutMs = 300_000;

/** The file a Redis server keeps its snapshot in, in its folder. */
export const snapshotFile = "dump.rdb";

/** What every way to run Redis has in common. */
export interface RedisPlace {
  port: number;
  folder: string;
  settings: Readonly<Record<string, string>>;
}

/** A place from which other servers of this machine can be reached. */
export interface RedisPlaceOfMachine extends RedisPlace {
  /** The port of the server whose replica this one is. */
  masterPort?: number | undefined;
}

/** Redis as a process of this machine. */
export function launchRedisExecutable(
  executable: string,
  user: UnixUser | undefined,
  { port, folder, settings, masterPort }: RedisPlaceOfMachine,
): ServerLaunch {
  return {
    command: executable,
    args: [
      ...redisArgs({ ...settings, bind: "127.0.0.1", port: String(port), dir: folder }),
      ...(masterPort === undefined ? [] : ["--replicaof", "127.0.0.1", String(masterPort)]),
    ],
    env: { PATH: process.env["PATH"], LC_ALL: "C" },
    user,
    folder,
    readyPattern,
    readyTimeoutMs,
    endSignal: "SIGKILL",
  };
}

/** Redis in Docker, its folder mounted so that a restart finds its data. */
export function launchRedisContainer({ port, folder, settings }: RedisPlace): ServerLaunch {
  const container = containerName("redis");
  const inContainer = {
    ...settings,
    bind: "0.0.0.0",
    "protected-mode": "no",
    port: String(portInContainer),
    dir: "/data",
  };
  return {
    command: "docker",
    args: dockerRunArgs(container, {
      image,
      hostPort: port,
      containerPort: portInContainer,
      mounts: { "/data": folder },
      user: ownUser(),
      env: {},
      args: ["redis-server", ...redisArgs(inContainer)],
    }),
    env: process.env,
    user: undefined,
    folder,
    readyPattern,
    readyTimeoutMs: imagePullTimeoutMs,
    endSignal: "SIGKILL",
    container,
  };
}

/** Ourselves, so that we can delete what the server writes into our folder. */
function ownUser(): string | undefined {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  return uid === undefined || gid === undefined ? undefined : `${uid}:${gid}`;
}

function redisArgs(settings: Readonly<Record<string, string>>): string[] {
  const all = {
    save: "",
    appendonly: "no",
    dbfilename: snapshotFile,
    "maxmemory-policy": "volatile-lru",
    // A replica gets its copy at once, and over no file: that would replace its own snapshot.
    "repl-diskless-sync": "yes",
    "repl-diskless-sync-delay": "0",
    "repl-diskless-load": "swapdb",
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
}
