/**
 * Real Postgres and Redis servers for tests, each gone when the test is over.
 *
 * @module
 */
export type { TestDatabase } from "./databases.ts";
export { type PostgresOptions, type PostgresServer, startPostgres } from "./postgres.ts";
export { type RedisOptions, type RedisServer, startRedis } from "./redis.ts";
export { createTestDatabase, type TestDatabaseOptions } from "./test-database.ts";
export { TestServerError, type TestServerErrorCode } from "./test-server-error.ts";
