import { sqlStateOf } from "./sql-state.ts";

/** Why Postgres did not do what it was asked, when neither the statement nor its data is at fault. */
export type DatabaseFault =
  /** It cannot be reached, ended the connection, takes no more of them, or only reads. */
  | "unavailable"
  /** It, or its driver, gave up a statement or a transaction that took too long. */
  | "too_slow";

/**
 * Class 08 is the connection, 57P01 to 57P05 an end of the session, 53300 too many connections;
 * 25006 comes from a primary that now only reads.
 */
const unavailableStates = /^(?:08...|57P0[1-5]|53300|25006)$/;
/** A cancelled statement; a transaction that stood idle, or went on, for too long. */
const tooSlowStates = /^(?:57014|25P03|25P04)$/;

/** Of the system, of Node's sockets, and of postgres.js. */
const connectionCodes =
  /^(?:ECONN(?:ABORTED|REFUSED|RESET)|EHOST(?:DOWN|UNREACH)|ENET(?:DOWN|RESET|UNREACH)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ERR_SOCKET_CLOSED|ERR_STREAM_(?:DESTROYED|WRITE_AFTER_END)|CONNECT_TIMEOUT|CONNECTION_(?:CLOSED|DESTROYED|ENDED))$/;

// The errors that pg makes itself have no code.
const connectionTexts =
  /^(?:Connection terminated(?: unexpectedly| due to connection timeout)?|timeout expired|timeout exceeded when trying to connect|There was an error establishing an SSL connection)$/;
const unsentTexts =
  /^Client (?:has encountered a connection error|was closed) and is not queryable$/;
const tooSlowText = "Query read timeout";
/** What a standby says to a question about its WAL, under a SQLSTATE that means other things too. */
const standbyText = "recovery is in progress";

/** Tells a Postgres that is away or late from a fault of whoever asked, for which it is undefined. */
export function faultOf(error: unknown): DatabaseFault | undefined {
  if (!(error instanceof Error)) return undefined;
  const state = sqlStateOf(error);
  if (tooSlowStates.test(state) || error.message === tooSlowText) return "too_slow";
  if (isBadMessage(error)) return undefined;
  const isUnavailable =
    unavailableStates.test(state) ||
    connectionCodes.test(state) ||
    isOfConnecting(error) ||
    connectionTexts.test(error.message) ||
    isUnsent(error) ||
    (state === "55000" && error.message === standbyText);
  return isUnavailable ? "unavailable" : undefined;
}

/** Was the connection lost before, so that the driver sent nothing? */
export function isUnsent(error: unknown): boolean {
  return error instanceof Error && unsentTexts.test(error.message);
}

/** Parameters that do not fit the statement; poolers give the same state to a session they end. */
function isBadMessage(error: Error): boolean {
  const isSessionOver = !("severity" in error) || error.severity !== "ERROR";
  return sqlStateOf(error) === "08P01" && !isSessionOver;
}

/** Whatever the system says, a connection that was not made has done nothing. */
function isOfConnecting(error: Error): boolean {
  return "syscall" in error && (error.syscall === "connect" || error.syscall === "getaddrinfo");
}
