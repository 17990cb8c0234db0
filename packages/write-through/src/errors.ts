/** The stable codes of the errors this package throws. */
export type WriteThroughErrorCode =
  | "contention"
  | "database_unavailable"
  | "deadline_exceeded"
  | "invalid_key"
  | "invalid_options"
  | "not_running"
  | "outcome_unknown"
  | "undeclared_write"
  | "unfit_server";

/** What all errors of this package have in common. */
export abstract class WriteThroughError extends Error {
  abstract readonly code: WriteThroughErrorCode;
}

/**
 * Every attempt of a write lost: the trusted store changed under it, or Postgres gave way to other
 * transactions (a deadlock), or processes that keep the rows in memory did not answer. Nothing was
 * changed; the same write may be tried again.
 */
export class ContentionError extends WriteThroughError {
  override readonly name = "ContentionError";
  readonly code = "contention";
}

/**
 * Postgres cannot be reached, ended the connection, takes no more of them, or only reads, as after
 * a failover; on a read or before a commit was sent. Nothing was changed; the same may be tried
 * again. `cause` is what the driver said.
 */
export class DatabaseUnavailableError extends WriteThroughError {
  override readonly name = "DatabaseUnavailableError";
  readonly code = "database_unavailable";
}

/**
 * Postgres did not answer in time, on a read or before a commit was sent, or a write's own statements
 * took too long. Nothing was changed.
 */
export class DeadlineError extends WriteThroughError {
  override readonly name = "DeadlineError";
  readonly code = "deadline_exceeded";
}

/**
 * The id, or the number of keys, is not one the cache takes, or the key is of a table of another
 * cache. Nothing was sent anywhere.
 */
export class InvalidKeyError extends WriteThroughError {
  override readonly name = "InvalidKeyError";
  readonly code = "invalid_key";
}

/**
 * An option is out of its bounds; the message says which and what it may be. Also a table's name that
 * is taken, and a store that serves a cache already.
 */
export class InvalidOptionsError extends WriteThroughError {
  override readonly name = "InvalidOptionsError";
  readonly code = "invalid_options";
}

/**
 * A write before `start()` has succeeded or after `stop()`, or a `start()` after `stop()`. Nothing
 * was changed.
 */
export class NotRunningError extends WriteThroughError {
  override readonly name = "NotRunningError";
  readonly code = "not_running";
}

/**
 * The commit was sent and its answer did not arrive: the write may or may not have happened. Its
 * keys stay fenced, so that reads go to Postgres, until Postgres says that the transaction is over.
 */
export class OutcomeUnknownError extends WriteThroughError {
  override readonly name = "OutcomeUnknownError";
  readonly code = "outcome_unknown";
}

/**
 * A statement would change a guarded row that the write did not name among its keys. Nothing was
 * changed; the message names the row.
 */
export class UndeclaredWriteError extends WriteThroughError {
  override readonly name = "UndeclaredWriteError";
  readonly code = "undeclared_write";
}

/**
 * Something the cache was given cannot keep its promise: a Redis that may evict fences, a replica
 * given as the master or the primary, clocks that are too coarse. The message says what to do.
 */
export class UnfitServerError extends WriteThroughError {
  override readonly name = "UnfitServerError";
  readonly code = "unfit_server";
}
