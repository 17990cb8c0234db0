import { DamagedKeyError, InvalidAuthOptionsError, SecretMismatchError } from "@portcullis/server";
import { UnfitServerError } from "@portcullis/write-through";
import { StartError } from "./start-error.ts";

type OperatorError =
  | StartError
  | SecretMismatchError
  | DamagedKeyError
  | InvalidAuthOptionsError
  | UnfitServerError;

/** Does its message say what the person who starts the process has to do? */
export function isForOperator(error: unknown): error is OperatorError {
  return (
    error instanceof StartError ||
    error instanceof SecretMismatchError ||
    error instanceof DamagedKeyError ||
    error instanceof InvalidAuthOptionsError ||
    error instanceof UnfitServerError
  );
}
