import { isPortcullisError } from "@portcullis/client";
import { errorText } from "../forms/error-text.ts";

/** What a person is told of an error of the posts. */
export function postErrorText(error: unknown): string {
  if (isPortcullisError(error) && error.data.httpStatus === 413) {
    return "The post takes more room than a request has: shorten it.";
  }
  return errorText(error);
}

/** Whether there is no such post, or no such id. */
export function isNoPost(error: unknown): boolean {
  return (
    isPortcullisError(error) &&
    (error.data.code === "NOT_FOUND" || error.data.code === "BAD_REQUEST")
  );
}
