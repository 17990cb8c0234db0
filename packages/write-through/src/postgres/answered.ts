import { withDeadline } from "../deadline.ts";
import { DeadlineError } from "../errors.ts";
import { namedFault } from "./named-error.ts";

/**
 * Waits for Postgres no longer than it may take; the statement itself is not stopped.
 *
 * @throws DeadlineError; DatabaseUnavailableError; anything else as the driver made it.
 */
export async function answered<T>(question: Promise<T>, timeoutMs: number): Promise<T> {
  try {
    return await inTime(question, timeoutMs);
  } catch (error) {
    throw namedFault(error);
  }
}

/** The same, with every error as the driver made it. */
export async function inTime<T>(question: Promise<T>, timeoutMs: number): Promise<T> {
  return await withDeadline(
    question,
    timeoutMs,
    () => new DeadlineError(`Postgres did not answer within ${timeoutMs} ms`),
  );
}
