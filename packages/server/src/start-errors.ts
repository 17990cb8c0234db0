/** An option of `createAuth` is out of its bounds; the message says which and what it may be. */
export class InvalidAuthOptionsError extends Error {
  override readonly name = "InvalidAuthOptionsError";
  readonly code = "invalid_options";
}

/** What was made with another secret, or changed since, does not open; the message says what to do. */
export class SecretMismatchError extends Error {
  override readonly name = "SecretMismatchError";
  readonly code = "secret_mismatch";
}

/** A row of portcullis.signing_key holds another key than it says; the message says what to do. */
export class DamagedKeyError extends Error {
  override readonly name = "DamagedKeyError";
  readonly code = "key_damaged";
}

/** A procedure was called, or a key asked for, before `auth.start()` had succeeded. */
export class NotStartedError extends Error {
  override readonly name = "NotStartedError";
  readonly code = "not_started";

  constructor() {
    super("Await auth.start() before the first request.");
  }
}
