import { withDeadline } from "../deadline.ts";
import { DeadlineError } from "../errors.ts";

/** Waits for Postgres no longer than it may take; the statement itself is not stopped. */
export async function answered<T>(question: Promise<T>, timeoutMs: number): Promise<T> {
  return await withDeadline(
    question,
    timeoutMs,
    () => new DeadlineError(`Postgres did not answer within ${timeoutMs} ms`),
  );
}
