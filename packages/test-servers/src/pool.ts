import { Pool, type PoolConfig } from "pg";

/**
 * A pool whose broken connections are replaced: without a listener, idle or not, one would end the
 * process.
 *
 * @param options as pg's; default: as many connections, and as long waits for one, as pg's.
 * @returns the pool; whoever asked ends it.
 */
export function openPool(url: string, options: Omit<PoolConfig, "connectionString"> = {}): Pool {
  const pool = new Pool({ ...options, connectionString: url });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
