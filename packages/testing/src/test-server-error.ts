/**
 * Why a test server is not there.
 *
 * - `NO_SERVER`: neither an installed server, nor a way to install one, nor Docker, nor a URL in the environment.
 * - `START_FAILED`: the server ended before it accepted connections.
 * - `TIMED_OUT`: the server, or an order to it, did not come to its end within its deadline.
 * - `NOT_OURS`: the server was named by an environment variable, so it is not ours to configure or to stop.
 * - `INVALID_NAME`: a database or template name that is not 1 to 32 of `a-z`, `0-9` and `_`.
 */
export type TestServerErrorCode =
  | "NO_SERVER"
  | "START_FAILED"
  | "TIMED_OUT"
  | "NOT_OURS"
  | "INVALID_NAME";

/** A test server could not be started, reached or ordered about. `message` says what to do next. */
export class TestServerError extends Error {
  override readonly name = "TestServerError";
  /** Stable, for programs. */
  readonly code: TestServerErrorCode;

  constructor(code: TestServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
