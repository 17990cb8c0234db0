import { DatabaseUnavailableError, DeadlineError, UndeclaredWriteError } from "../errors.ts";
import { TransactionConflict } from "../primary.ts";
import { faultOf } from "./database-fault.ts";
import { isUndeclaredWrite } from "./guard.ts";
import { isConflict } from "./sql-state.ts";

/** Names a fault of Postgres, in words that hold no address and no user; the driver's are the cause. */
export function namedFault(error: unknown): unknown {
  switch (faultOf(error)) {
    case "unavailable":
      return new DatabaseUnavailableError(
        "Postgres cannot be reached, has ended the connection, or only reads",
        { cause: error },
      );
    case "too_slow":
      return new DeadlineError("Postgres gave up what took too long", { cause: error });
    case undefined:
      return error;
  }
}

/** Names why a transaction was rolled back; an error of the application's own stays as it is. */
export function namedSetback(error: unknown): unknown {
  if (isConflict(error)) return new TransactionConflict("Conflict", { cause: error });
  if (error instanceof Error && isUndeclaredWrite(error)) {
    return new UndeclaredWriteError(error.message, { cause: error });
  }
  return namedFault(error);
}
