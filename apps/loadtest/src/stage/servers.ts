import {
  startPostgres,
  startRedis,
  type PostgresServer,
  type TestDatabase,
} from "@portcullis/test-servers";
import { pinProcess } from "./cpu-plan.ts";

/** One Postgres for a whole load test; each stage gets a database and a Redis of its own. */
export interface Servers extends AsyncDisposable {
  readonly openPair: (cpu: number | undefined) => Promise<ServerPair>;
}

export interface ServerPair extends AsyncDisposable {
  readonly postgresUrl: string;
  readonly redisUrl: string;
}

/** Postgres flushes each commit to its disk, as it does for those who use it in earnest. */
export async function startServers(): Promise<Servers> {
  const isOthers = process.env["PORTCULLIS_TEST_POSTGRES_URL"] !== undefined;
  const postgres = await startPostgres(isOthers ? {} : { durable: true });
  return {
    openPair: (cpu) => openPair(postgres, cpu),
    [Symbol.asyncDispose]: () => postgres.stop(),
  };
}

async function openPair(postgres: PostgresServer, cpu: number | undefined): Promise<ServerPair> {
  await using opened = new AsyncDisposableStack();
  // Its new connections are where it is.
  pinIfOurs(postgres.pid, cpu);
  const database: TestDatabase = opened.use(await postgres.createDatabase());
  const redis = opened.use(await startRedis());
  pinIfOurs(redis.pid, cpu);
  const parts = opened.move();
  return {
    postgresUrl: database.url,
    redisUrl: redis.url,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function pinIfOurs(pid: number | undefined, cpu: number | undefined): void {
  if (pid !== undefined && cpu !== undefined) pinProcess(pid, cpu);
}
