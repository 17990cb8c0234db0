/**
 * Why a test server is not there, or not as it should be.
 *
 * - `NO_SERVER`: neither an installed server or browser, nor a way to install one, nor Docker, nor a URL in the environment.
 * - `START_FAILED`: the server ended before it accepted connections.
 * - `TIMED_OUT`: the server, or an order to it, did not come to its end within its deadline.
 * - `NOT_OURS`: the server was named by an environment variable, so it is not ours to configure or to stop.
 * - `ORDER_REFUSED`: the server said no to an order, such as a snapshot it could not write. The message has its answer.
 * - `INVALID_NAME`: a database or template name that is not 1 to 32 of `a-z`, `0-9` and `_`.
 * - `INVALID_TARGET`: a URL or port that no proxy can stand before.
 */
export type TestServerErrorCode =
  | "NO_SERVER"
  | "START_FAILED"
  | "TIMED_OUT"
  | "NOT_OURS"
  | "ORDER_REFUSED"
  | "INVALID_NAME"
  | "INVALID_TARGET";

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
