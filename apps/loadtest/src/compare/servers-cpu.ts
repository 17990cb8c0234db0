import { readdir, readFile } from "node:fs/promises";
import { createClient, type RedisClientType } from "@redis/client";
import pg from "pg";
import type { PeerServers } from "../../peers/peer.ts";

/** What Postgres and Redis use, for contestants that let them do the work. */
export interface ServersCpu extends AsyncDisposable {
  /** CPU that both have used since the first call, in microseconds. */
  readonly micros: () => Promise<number>;
}

const timeoutMs = 5000;

/** @returns undefined where Postgres is no process of this machine, or the system does not say. */
export async function openServersCpu({
  postgresUrl,
  redisUrl,
}: PeerServers): Promise<ServersCpu | undefined> {
  const postmaster = await findPostmaster(postgresUrl);
  if (postmaster === undefined) return undefined;
  const client = createClient({
    url: redisUrl,
    commandOptions: { timeout: timeoutMs },
    maintNotifications: "disabled",
    socket: { connectTimeout: timeoutMs },
  }) as RedisClientType;
  client.on("error", () => undefined);
  await client.connect();
  const account = createCpuAccount();
  return {
    async micros() {
      const [processes, redis] = await Promise.all([
        readPostgres(postmaster),
        client.info("cpu").then((section) => redisMicros(section)),
      ]);
      return account(new Map<number | "redis", number>([...processes, ["redis", redis]]));
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

/** Of the section `cpu` of INFO: seconds with six decimals. */
export function redisMicros(section: string): number {
  const seconds = Array.from(section.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm), ([, value]) =>
    Number(value),
  );
  return seconds.reduce((sum, value) => sum + value, 0) * 1e6;
}

/** The parent of the process that serves a connection of ours. */
async function findPostmaster(postgresUrl: string): Promise<number | undefined> {
  const client = new pg.Client({
    connectionString: postgresUrl,
    connectionTimeoutMillis: timeoutMs,
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { processID } = client as pg.Client & { readonly processID?: unknown };
    const found = await readProcess(Number(processID));
    return found?.name === "postgres" ? found.parent : undefined;
  } finally {
    await client.end();
  }
}

/**
 * Adds up what processes use from one reading to the next. One that has ended took with it what it used
 * since the last reading; its number may be given to another, which begins at 0.
 */
export function createCpuAccount<Id>(): (readings: ReadonlyMap<Id, number>) => number {
  let last: ReadonlyMap<Id, number> | undefined;
  let total = 0;
  return (readings) => {
    for (const [id, micros] of last === undefined ? [] : readings) {
      const before = last?.get(id) ?? 0;
      total += micros < before ? micros : micros - before;
    }
    last = readings;
    return total;
  };
}

/** Postgres has a process for each connection. By process, in microseconds. */
async function readPostgres(postmaster: number): Promise<ReadonlyMap<number, number>> {
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0);
  const readings = await Promise.all(
    pids.map(async (pid): Promise<readonly (readonly [number, number])[]> => {
      const isOurs = pid === postmaster || (await readProcess(pid))?.parent === postmaster;
      return isOurs ? [[pid, await schedulerMicros(pid)]] : [];
    }),
  );
  return new Map(readings.flat());
}

async function schedulerMicros(pid: number): Promise<number> {
  const text = await readIfThere(`/proc/${pid}/schedstat`);
  return Number(text?.split(" ")[0] ?? 0) / 1000;
}

async function readProcess(
  pid: number,
): Promise<{ readonly name: string; readonly parent: number } | undefined> {
  const text = await readIfThere(`/proc/${pid}/stat`);
  const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(text ?? "") ?? [];
  return name === undefined ? undefined : { name, parent: Number(parent) };
}

/** Processes come and go, and other systems have none of these files. */
async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
