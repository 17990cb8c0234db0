import { setTimeout as sleep } from "node:timers/promises";
import type { PostgresServer } from "@portcullis/test-servers";
import { Client } from "pg";

/**
 * Makes a hot standby of a server that belongs to the test: it is told to be one, and then crashes
 * and recovers as one. It follows nobody, and can be promoted.
 */
export async function turnIntoStandby(server: PostgresServer): Promise<void> {
  if (server.pid === undefined) throw new Error("A server of somebody else is not to be changed");
  const client = await connect(server);
  const { rows } = await client.query<{ folder: string }>(
    "select current_setting('data_directory') as folder",
  );
  await client.query(`copy (select '') to '${rows[0]?.folder ?? ""}/standby.signal'`);
  // What was committed asynchronously would not survive the crash.
  await client.query("checkpoint");
  // The parent of this shell is the backend: its end makes the server recover.
  await client.query("copy (select '') to program 'kill -9 $PPID'").catch(() => undefined);
  while (!(await isInRecovery(server))) await sleep(20);
}

export async function promote(server: PostgresServer): Promise<void> {
  const client = await connect(server);
  await client.query("select pg_promote()");
  await client.end();
}

async function isInRecovery(server: PostgresServer): Promise<boolean> {
  try {
    const client = await connect(server);
    const { rows } = await client.query<{ yes: boolean }>("select pg_is_in_recovery() as yes");
    await client.end();
    return rows[0]?.yes === true;
  } catch {
    return false;
  }
}

async function connect({ url }: PostgresServer): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
