import { isPortcullisError } from "@portcullis/client";
import type { ErrorCode } from "@portcullis/server";

const texts: Readonly<Record<ErrorCode, string>> = {
  unauthenticated: "Please sign in first.",
  token_invalid: "Your sign-in no longer holds. Please sign in again.",
  token_expired: "Your sign-in is over. Please sign in again.",
  token_revoked: "You were signed out. Please sign in again.",
  invalid_credentials: "Email or password is wrong.",
  refresh_token_invalid: "Your session is over. Please sign in again.",
  refresh_token_reused: "Your session was ended for your safety. Please sign in again.",
  insufficient_user_authentication: "Please enter your password again.",
  email_token_invalid: "This link was used already, or is too old. Ask for a new one.",
  password_refused: "This password is too easy to guess. Choose another one.",
  permission_denied: "You may not do that.",
  session_not_found: "That device is signed out already.",
  user_not_found: "There is no such user.",
  input_invalid: "Something you entered is not right.",
  request_refused: "The server refused the request. Reload the page and try again.",
  rate_limited: "That was too often.",
  overloaded: "The server is very busy. Try again in a moment.",
  revocation_unavailable:
    "Nothing was changed, for the server cannot revoke at the moment. Try again.",
  unavailable: "The server cannot reach its database. Try again in a moment.",
  outcome_unknown: "It may have been done or not. Look before you try again.",
  internal: "Something went wrong at the server. Try again.",
};

const passwordTexts = {
  common: "This is one of the most common passwords. Choose another one.",
  context: "This password has your name, your email or the name of this site in it.",
  breached: "This password is in a list of stolen ones. Choose another one.",
};

/** What a person is told of any error that a call can throw. */
export function errorText(error: unknown): string {
  if (!isPortcullisError(error)) {
    return "The server cannot be reached. Check your connection and try again.";
  }
  const { data } = error;
  switch (data.reason) {
    case "rate_limited":
      return `${texts.rate_limited} Try again ${sayDelay(data.retryAfterSeconds)}.`;
    case "password_refused":
      return passwordTexts[data.passwordFault];
    case "request_refused":
      // The application's own refusals come as this, and are sentences already.
      return data.code === "NOT_FOUND" || data.code === "FORBIDDEN"
        ? error.message
        : texts.request_refused;
    default:
      return texts[data.reason] ?? texts.internal;
  }
}

function sayDelay(seconds: number): string {
  if (seconds < 90) return `in ${seconds} s`;
  return `in ${Math.ceil(seconds / 60)} min`;
}
