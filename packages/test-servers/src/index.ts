/**
 * Real Postgres and Redis servers for tests, a network between them that can fail, and a browser,
 * each gone when the test is over.
 *
 * @module
 */
export { chromiumPath, startBrowser } from "./browser.ts";
export type { TestDatabase } from "./databases.ts";
export {
  type FaultProxy,
  type FaultProxyOptions,
  type Latency,
  startFaultProxy,
} from "./fault-proxy.ts";
export { openPool } from "./pool.ts";
export { type PostgresOptions, type PostgresServer, startPostgres } from "./postgres.ts";
export type { ProxyDirection } from "./proxy-connection.ts";
export type { ProxyTarget } from "./proxy-target.ts";
export { type RedisOptions, startRedis } from "./redis.ts";
export type { RedisMaster, RedisServer } from "./redis-server.ts";
export { createTestDatabase, type TestDatabaseOptions } from "./test-database.ts";
export { TestServerError, type TestServerErrorCode } from "./test-server-error.ts";
