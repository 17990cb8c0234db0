import { PortcullisError, WeakKeyError, type ErrorCode } from "@portcullis/server";
import { WriteThroughError } from "@portcullis/write-through";
import { isForOperator } from "../for-operator.ts";
import { reasonOf } from "../start-error.ts";

/** An error in words for an operator. */
export interface FaultDescription {
  readonly code: string;
  readonly message: string;
}

const causesMax = 5;

const sentences: Readonly<Partial<Record<string, string>>> = {
  contention:
    "Nothing was changed: others were changing the same, or a node did not answer in time. Try again.",
  outcome_unknown:
    "Postgres did not answer the commit: the change may or may not have been made. Look before you try again.",
  overloaded: "Nothing was changed: too much is being done at once. Try again.",
  unavailable:
    "Nothing was changed: Postgres could not be reached, or did not answer in time. `doctor` says more.",
} satisfies Partial<Record<ErrorCode | "contention", string>>;

/** Says what happened and what to do; of a fault that nobody foresaw, what its errors say. */
export function describeFault(error: unknown): FaultDescription {
  // What went wrong while things were being closed came after.
  if (error instanceof SuppressedError) return describeFault(error.suppressed);
  if (isForOperator(error) || error instanceof WeakKeyError) {
    return { code: error.code, message: error.message };
  }
  const code = codeOf(error);
  const sentence = sentences[code];
  return {
    code,
    message: sentence ?? `This was not foreseen: ${chain(error)}. LOG_LEVEL=debug shows more.`,
  };
}

function codeOf(error: unknown): string {
  if (error instanceof PortcullisError) return error.reason;
  if (!(error instanceof WriteThroughError)) return "unexpected";
  switch (error.code) {
    case "database_unavailable":
    case "deadline_exceeded":
      return "unavailable";
    default:
      return error.code;
  }
}

/** The texts of an error and its causes. */
function chain(error: unknown): string {
  const texts: string[] = [];
  let link = error;
  while (link instanceof Error && texts.length < causesMax) {
    texts.push(reasonOf(link));
    link = link.cause;
  }
  return texts.join(": ") || `something that is no error (${typeof error})`;
}
