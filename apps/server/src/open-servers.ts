import { createRedisLimitStore } from "@portcullis/server";
import { createRedisStore } from "@portcullis/write-through";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import type { StorageConfig } from "./config.ts";
import type { Logger } from "./log.ts";
import type { Database, Storage } from "./storage.ts";

/** Longest wait for one answer of Postgres, as the libraries count it. */
export const databaseTimeoutMs = 5_000;

const maxConnections = 10;

/**
 * Makes the connections to Postgres and Redis. Nothing is sent yet.
 *
 * @param statementTimeoutMs longest time of one statement; a migration may need more than a request.
 */
export function openServers(
  config: Extract<StorageConfig, { kind: "servers" }>,
  leaseMs: number,
  log: Logger,
  statementTimeoutMs = databaseTimeoutMs,
): Storage {
  const pool = new Pool({
    connectionString: config.databaseUrl,
    application_name: "portcullis",
    max: maxConnections,
    connectionTimeoutMillis: databaseTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // The last resort against a server that is silent: the libraries' own deadlines come first.
    query_timeout: statementTimeoutMs + 1_000,
    // A write's transaction stands still while it waits for another process: up to two leases.
    idle_in_transaction_session_timeout: databaseTimeoutMs + 2 * leaseMs,
    keepAlive: true,
  });
  // A connection that ends is replaced at its next use; without a listener it ends the process. The
  // pool listens to idle ones only, so those in use have a listener of their own.
  const onEnd = (error: unknown): void => log.warn({ error }, "A connection to Postgres ended");
  pool.on("error", onEnd);
  pool.on("connect", (client) => client.on("error", onEnd));
  return {
    database: new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }),
    store: createRedisStore({
      url: config.redisUrl,
      onConnectionError: (error) => log.warn({ error }, "A connection to Redis failed"),
    }),
    limitStore: createRedisLimitStore({
      url: config.redisUrl,
      onConnectionError: (error) => log.warn({ error }, "A connection to Redis failed"),
    }),
    secrets: config.secrets,
    close: () => pool.end(),
  };
}
