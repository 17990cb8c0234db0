import { expect, it } from "vitest";
import { faultOf, isUnsent } from "./database-fault.ts";

const canary = "what a driver says";

/** An error as a driver, or the system under it, makes it. */
function driverError(properties: Readonly<Record<string, string>>, message = canary): Error {
  return Object.assign(new Error(message), properties);
}

it.each([
  ["a refused connection", { code: "ECONNREFUSED", syscall: "connect" }],
  ["a socket file that is not there", { code: "ENOENT", syscall: "connect" }],
  ["a name that is not found", { code: "ENOTFOUND", syscall: "getaddrinfo" }],
  ["a reset", { code: "ECONNRESET", syscall: "read" }],
  ["a broken pipe", { code: "EPIPE", syscall: "write" }],
  ["a silent peer", { code: "ETIMEDOUT", syscall: "read" }],
  ["a network that is away", { code: "ENETUNREACH" }],
  ["a stream that is closed", { code: "ERR_STREAM_DESTROYED" }],
  ["a connection that postgres.js lost", { code: "CONNECTION_CLOSED" }],
  ["a connection that postgres.js did not get", { code: "CONNECT_TIMEOUT" }],
  ["a connection that failed", { code: "08006", severity: "FATAL" }],
  ["a session that a pooler ends", { code: "08P01", severity: "FATAL" }],
  ["a shutdown, or a terminated session", { code: "57P01", severity: "FATAL" }],
  ["a crash", { code: "57P02", severity: "FATAL" }],
  ["a Postgres that starts", { code: "57P03", severity: "FATAL" }],
  ["a database that was dropped", { code: "57P04", severity: "FATAL" }],
  ["too many connections", { code: "53300", severity: "FATAL" }],
  ["a primary that only reads", { code: "25006", severity: "ERROR" }],
])("%s is an unavailable Postgres", (_what, properties) => {
  expect(faultOf(driverError(properties))).toBe("unavailable");
});

it.each([
  "Connection terminated",
  "Connection terminated unexpectedly",
  "Connection terminated due to connection timeout",
  "timeout expired",
  "timeout exceeded when trying to connect",
  "There was an error establishing an SSL connection",
])("pg's own error «%s» is an unavailable Postgres", (message) => {
  expect(faultOf(new Error(message))).toBe("unavailable");
  expect(isUnsent(new Error(message))).toBe(false);
});

it.each([
  "Client has encountered a connection error and is not queryable",
  "Client was closed and is not queryable",
])("«%s» says that nothing was sent", (message) => {
  expect(faultOf(new Error(message))).toBe("unavailable");
  expect(isUnsent(new Error(message))).toBe(true);
});

it("a standby is an unavailable primary; its SQLSTATE alone is not", () => {
  expect(faultOf(driverError({ code: "55000" }, "recovery is in progress"))).toBe("unavailable");
  expect(faultOf(driverError({ code: "55000" }))).toBeUndefined();
});

it.each([
  ["a cancelled statement", driverError({ code: "57014", severity: "ERROR" })],
  ["a transaction that stood idle", driverError({ code: "25P03", severity: "FATAL" })],
  ["a transaction that was too long", driverError({ code: "25P04", severity: "FATAL" })],
  ["a statement that pg gave up", new Error("Query read timeout")],
])("%s is too slow", (_what, error) => {
  expect(faultOf(error)).toBe("too_slow");
});

it.each([
  ["a constraint", driverError({ code: "23505", severity: "ERROR" })],
  ["a syntax error", driverError({ code: "42601", severity: "ERROR" })],
  ["a conflict", driverError({ code: "40001", severity: "ERROR" })],
  ["a lock that was not had", driverError({ code: "55P03", severity: "ERROR" })],
  ["a wrong password", driverError({ code: "28P01", severity: "FATAL" })],
  ["a database that is not there", driverError({ code: "3D000", severity: "FATAL" })],
  ["parameters that do not fit", driverError({ code: "08P01", severity: "ERROR" })],
  ["a file that is not there", driverError({ code: "ENOENT", syscall: "open" })],
  ["an error that quotes one", new Error("said: Connection terminated unexpectedly")],
  ["an error without a code", new Error(canary)],
  ["no error", { code: "57P01", message: "Connection terminated" }],
  ["nothing", undefined],
])("%s is no fault of Postgres", (_what, error) => {
  expect(faultOf(error)).toBeUndefined();
});
