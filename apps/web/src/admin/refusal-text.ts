import { isPortcullisError } from "@portcullis/client";
import { errorText } from "../forms/error-text.ts";

/** Why an admin's act was refused. */
export function refusalText(error: unknown): string {
  if (!isPortcullisError(error)) return errorText(error);
  switch (error.data.reason) {
    case "permission_denied":
      return `You may not do that. It takes the permission ${error.data.permission}; nobody does it to themselves, nor to somebody whose role permits more than their own.`;
    case "user_not_found":
      return "This account was deleted in the meantime.";
    case "insufficient_user_authentication":
      return "Nothing was changed: your password was not entered.";
    default:
      return errorText(error);
  }
}
