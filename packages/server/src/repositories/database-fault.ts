import { PortcullisError } from "../errors.ts";

/** What became of a statement that failed because Postgres was away or gave it up. */
export type DatabaseFault =
  /** Surely nothing: it was not sent, or Postgres says that it rolled back. */
  | "nothing_done"
  /** It was sent, and the connection or the patience ended before an answer came. */
  | "no_answer";

/** Class 40 is a conflict, 53 a lack of resources, 55 a lock; 25006 is a primary that now only reads. */
const nothingDoneStates = /^(?:40|53|55)...$|^(?:08001|08004|25006|57014|57P03)$/;
/** Also 57P01: it may come where a commit was waiting for a standby, which then has happened. */
const noAnswerStates = /^(?:08|57)...$/;

const notConnectedCodes = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|CONNECT_TIMEOUT)$/;
const lostCodes =
  /^(?:ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|ERR_SOCKET_CLOSED|ERR_STREAM_DESTROYED|CONNECTION_\w+)$/;

/** The driver's own errors have no code. */
const notConnectedTexts =
  /^(?:timeout expired|timeout exceeded when trying to connect|Connection terminated due to connection timeout|There was an error establishing an SSL connection)$/;
const lostTexts =
  /^(?:Connection terminated|Query read timeout|Client was closed and is not queryable|Client has encountered a connection error)/;

/** Tells an unreachable Postgres from a bug, for which it says `undefined`. */
export function judgeFault(error: unknown): DatabaseFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== "string") {
    if (notConnectedTexts.test(error.message)) return "nothing_done";
    return lostTexts.test(error.message) ? "no_answer" : undefined;
  }
  if (nothingDoneStates.test(code) || notConnectedCodes.test(code)) return "nothing_done";
  if (syscall === "connect" || syscall === "getaddrinfo") return "nothing_done";
  return noAnswerStates.test(code) || lostCodes.test(code) ? "no_answer" : undefined;
}

/** Whether a unique index has refused a row. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}

/** Names a fault of Postgres for clients; a bug stays as it is. */
export function nameFault(error: unknown, moment: "before_commit" | "at_commit"): unknown {
  const fault = judgeFault(error);
  if (fault === undefined) return error;
  const isOpen = fault === "no_answer" && moment === "at_commit";
  return new PortcullisError(isOpen ? "outcome_unknown" : "unavailable", { cause: error });
}
