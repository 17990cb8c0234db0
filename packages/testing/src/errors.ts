/** The stable codes of {@link TestAuthError}. */
export type TestAuthErrorCode =
  /** It was used after `dispose()`: await everything that a test starts before its end. */
  | "disposed"
  /** A user has this email already. */
  | "email_taken"
  /** `expectRevoked` and `expectSignedIn` know the clients of their own test auth only. */
  | "foreign_client"
  /** No such mail came in time. */
  | "mail_missing"
  /** A mail that carries a token does not show the link to it: its template leaves it out. */
  | "mail_without_link"
  /** Neither `user`, `admin` nor one of `roles.custom`. */
  | "role_unknown"
  /** Eight live at once in this process. */
  | "too_many_test_auths";

/** A wrong use of the test kit, or a mail that did not come. The message says what to do. */
export class TestAuthError extends Error {
  override readonly name = "TestAuthError";
  readonly code: TestAuthErrorCode;

  constructor(code: TestAuthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
