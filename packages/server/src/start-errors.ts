/** An option of `createAuth` is out of its bounds; the message says which and what it may be. */
export class InvalidAuthOptionsError extends Error {
  override readonly name = "InvalidAuthOptionsError";
  readonly code = "invalid_options";
}

/** The signing key in the database was encrypted with another secret; the message says what to do. */
export class SecretMismatchError extends Error {
  override readonly name = "SecretMismatchError";
  readonly code = "secret_mismatch";
}

/** A procedure was called, or a key asked for, before `auth.start()` had succeeded. */
export class NotStartedError extends Error {
  override readonly name = "NotStartedError";
  readonly code = "not_started";

  constructor() {
    super("Await auth.start() before the first request.");
  }
}
