/** The stable codes of the errors this package throws. */
export type WriteThroughErrorCode =
  | "cache_unavailable"
  | "contention"
  | "deadline_exceeded"
  | "invalid_key"
  | "invalid_options"
  | "outcome_unknown";

/** What all errors of this package have in common. */
export abstract class WriteThroughError extends Error {
  abstract readonly code: WriteThroughErrorCode;
}

/**
 * A write was refused because its keys could not be fenced: the store cannot be reached, or is not
 * the one the authority names. Nothing was changed; the same write may be tried again.
 */
export class CacheUnavailableError extends WriteThroughError {
  override readonly name = "CacheUnavailableError";
  readonly code = "cache_unavailable";
}

/**
 * Every attempt of a write lost: the trusted store changed under it, or Postgres gave way to other
 * transactions (a deadlock). Nothing was changed; the same write may be tried again.
 */
export class ContentionError extends WriteThroughError {
  override readonly name = "ContentionError";
  readonly code = "contention";
}

/**
 * Postgres did not answer in time, on a read or before a commit was sent. Nothing was changed.
 */
export class DeadlineError extends WriteThroughError {
  override readonly name = "DeadlineError";
  readonly code = "deadline_exceeded";
}

/** The id, or the number of keys, is not one the cache takes. Nothing was sent anywhere. */
export class InvalidKeyError extends WriteThroughError {
  override readonly name = "InvalidKeyError";
  readonly code = "invalid_key";
}

/** An option is out of its bounds; the message says which and what it may be. */
export class InvalidOptionsError extends WriteThroughError {
  override readonly name = "InvalidOptionsError";
  readonly code = "invalid_options";
}

/**
 * The commit was sent and its answer did not arrive: the write may or may not have happened. Its
 * keys stay fenced, so that reads go to Postgres, until Postgres says that the transaction is over.
 */
export class OutcomeUnknownError extends WriteThroughError {
  override readonly name = "OutcomeUnknownError";
  readonly code = "outcome_unknown";
}
