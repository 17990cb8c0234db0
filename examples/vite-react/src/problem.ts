import { isPortcullisError } from "@portcullis/client";

/** What a person is told of a call that failed. */
export function problemOf(error: unknown): string {
  if (!isPortcullisError(error)) return "The server cannot be reached.";
  switch (error.data.reason) {
    case "invalid_credentials":
      return "Email or password is wrong.";
    case "rate_limited":
      return `Too often: try again in ${error.data.retryAfterSeconds} s.`;
    case "password_refused":
      return "That password is too easy to guess.";
    case "email_token_invalid":
      return "This link is over. Register again for another one.";
    default:
      return error.message;
  }
}
