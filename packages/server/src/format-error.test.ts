import {
  ContentionError,
  DatabaseUnavailableError,
  DeadlineError,
  InvalidKeyError,
  InvalidOptionsError,
  OutcomeUnknownError,
  UndeclaredWriteError,
  UnfitServerError,
} from "@portcullis/write-through";
import { getTRPCErrorFromUnknown, TRPCError } from "@trpc/server";
import { expect, test } from "vitest";
import { z } from "zod";
import type { AuthContext } from "./context/auth-context.ts";
import { createRefreshCookie } from "./context/refresh-cookie.ts";
import { PortcullisError } from "./errors.ts";
import type { AuthEvent } from "./events.ts";
import { createFormatError } from "./format-error.ts";
import type { FormattedError } from "./format-error.ts";

const events: AuthEvent[] = [];
const formatError = createFormatError((event) => void events.push(event));
const ctx: AuthContext = {
  requestId: "the-request",
  address: null,
  userAgent: null,
  transport: "http",
  callCount: 1,
  resHeaders: new Headers(),
  refreshCookie: createRefreshCookie(new Headers(), new Headers(), false),
  checkAccessToken: () => Promise.resolve({ kind: "anonymous" }),
  watchAccessToken: () => Promise.resolve(),
};

function format(
  thrown: unknown,
  context: AuthContext | undefined = ctx,
  type: "query" | "mutation" = "mutation",
): FormattedError {
  const error = getTRPCErrorFromUnknown(thrown);
  const shape = {} as Parameters<typeof formatError>[0]["shape"];
  return formatError({
    error,
    ctx: context,
    path: "posts.create",
    type,
    input: undefined,
    shape,
  });
}

const canary = "duplicate key value violates unique constraint user_email_key canary@example.test";

test("V16.5.1 an unexpected error leaves without its text, its stack and its cause", () => {
  const thrown = new Error(canary, { cause: new Error(canary) });
  for (const each of [thrown, Object.assign(thrown, { code: "23505" }), canary, { canary }]) {
    const formatted = format(each);
    expect(formatted).toEqual({
      code: -32603,
      message: "Internal error",
      data: {
        code: "INTERNAL_SERVER_ERROR",
        httpStatus: 500,
        path: "posts.create",
        reason: "internal",
        requestId: "the-request",
      },
    });
  }
});

test("V16.5.1 the log gets the original, under the request's id", () => {
  events.length = 0;
  const thrown = new Error(canary);
  format(thrown);
  expect(events).toEqual([
    {
      kind: "call_failed",
      requestId: "the-request",
      reason: "internal",
      path: "posts.create",
      error: thrown,
    },
  ]);
});

test.each([
  [new ContentionError(canary), "revocation_unavailable", 503],
  [new OutcomeUnknownError(canary), "outcome_unknown", 504],
  [new DatabaseUnavailableError(canary, { cause: new Error(canary) }), "unavailable", 503],
  [new DeadlineError(canary), "unavailable", 503],
  [new InvalidKeyError(canary), "internal", 500],
  [new InvalidOptionsError(canary), "internal", 500],
  [new UndeclaredWriteError(canary), "internal", 500],
  [new UnfitServerError(canary), "internal", 500],
])("%s is told as %s", (thrown, reason, httpStatus) => {
  const formatted = format(thrown);
  expect(formatted.data).toMatchObject({ reason, httpStatus });
  expect(JSON.stringify(formatted)).not.toContain("canary");
});

/** An error as the drivers make them. */
const driverError = (code: string | undefined, message = canary, syscall?: string): Error =>
  Object.assign(new Error(message), code && { code }, syscall && { syscall });

test.each([
  ["a refused connection", driverError("ECONNREFUSED", canary, "connect")],
  [
    "a refused connection at every address",
    Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }),
  ],
  ["a host that is not found", driverError("ENOTFOUND", canary, "getaddrinfo")],
  ["a connection that is not made in time", driverError("ETIMEDOUT", canary, "connect")],
  ["a full pool", driverError(undefined, "timeout exceeded when trying to connect")],
  ["too many connections", driverError("53300")],
  ["a Postgres that starts", driverError("57P03")],
  ["a statement that Postgres gave up", driverError("57014")],
  ["a lock that was not had in time", driverError("55P03")],
  ["a conflict", driverError("40001")],
  ["a Postgres that only reads, after a failover", driverError("25006")],
])("V16.5.2 %s under an application's own call is unavailable", (_what, thrown) => {
  for (const type of ["query", "mutation"] as const) {
    const formatted = format(thrown, ctx, type);
    expect([type, formatted.data.reason]).toEqual([type, "unavailable"]);
    expect(formatted.data.httpStatus).toBe(503);
    expect(JSON.stringify(formatted)).not.toContain("canary");
  }
});

test.each([
  ["a connection that is lost", driverError("ECONNRESET", canary, "read")],
  ["a connection that ends", driverError(undefined, "Connection terminated unexpectedly")],
  ["a broken pipe", driverError("EPIPE", canary, "write")],
  ["a silent peer", driverError("ETIMEDOUT", canary, "read")],
  ["a query without an answer", driverError(undefined, "Query read timeout")],
  ["a Postgres that shuts down", driverError("57P01")],
  ["a Postgres that crashes", driverError("57P02")],
  ["a broken protocol", driverError("08P01")],
])("DB-05 %s leaves open what became of an application's own mutation", (_what, thrown) => {
  const asked = format(thrown, ctx, "query");
  expect(asked.data).toMatchObject({ reason: "unavailable", httpStatus: 503 });
  const changed = format(thrown, ctx, "mutation");
  expect(changed.data).toMatchObject({ reason: "outcome_unknown", httpStatus: 504 });
  expect(JSON.stringify([asked, changed])).not.toContain("canary");
});

test.each([
  ["a constraint", driverError("23505")],
  ["a syntax error", driverError("42601")],
  ["a mistake in the code", driverError("ERR_INVALID_ARG_TYPE")],
  ["a file", driverError("ENOENT")],
  ["a text with the words", driverError(undefined, "cannot connect the timeout")],
])("%s is no fault of Postgres' being away", (_what, thrown) => {
  expect(format(thrown).data.reason).toBe("internal");
});

test("a refusal with a cause keeps the cause inside", () => {
  const formatted = format(new PortcullisError("unavailable", { cause: new Error(canary) }));
  expect(formatted.data.reason).toBe("unavailable");
  expect(JSON.stringify(formatted)).not.toContain("canary");
});

test("an input's issues are named by field and rule, ten at most, without what was sent", () => {
  const schema = z.strictObject({ list: z.array(z.int()), on: z.boolean() });
  const input = { list: Array.from({ length: 50 }, () => "canary"), on: "canary", canary: 1 };
  const cause = schema.safeParse(input).error;
  const { data } = format(new TRPCError({ code: "BAD_REQUEST", cause }));
  if (data.reason !== "input_invalid") throw new Error(`The reason is ${data.reason}.`);
  expect(data.issues).toHaveLength(10);
  expect(data.issues?.[0]?.path).toBe("list.0");
  expect(JSON.stringify(data)).not.toContain("canary");
  const unknown = z.strictObject({}).safeParse({ canary: 1 }).error;
  const refused = format(new TRPCError({ code: "BAD_REQUEST", cause: unknown }));
  expect(refused.data).toHaveProperty("issues", [{ path: "", message: "Unknown field" }]);
});

test("a schema that breaks inside a procedure is our fault and not the caller's", () => {
  const cause = z.string().safeParse(7).error;
  expect(format(cause).data.reason).toBe("internal");
  const output = new TRPCError({ code: "INTERNAL_SERVER_ERROR", cause });
  expect(format(output).data).not.toHaveProperty("issues");
});

test("JSON that cannot be read is an invalid input, and is not repeated", () => {
  const cause = new SyntaxError("Unexpected token 'c', \"canary\" is not valid JSON");
  const formatted = format(new TRPCError({ code: "BAD_REQUEST", message: cause.message, cause }));
  expect(formatted.data.reason).toBe("input_invalid");
  expect(JSON.stringify(formatted)).not.toContain("canary");
});

test("an application's own refusal keeps its status and text", () => {
  const formatted = format(new TRPCError({ code: "NOT_FOUND", message: "There is no such post." }));
  expect(formatted.message).toBe("There is no such post.");
  expect(formatted.data).toMatchObject({
    reason: "request_refused",
    code: "NOT_FOUND",
    httpStatus: 404,
  });
});

test("a refusal that wraps an unexpected error does not take over its text", () => {
  const formatted = format(new TRPCError({ code: "CONFLICT", cause: new Error(canary) }));
  expect(formatted.data).toMatchObject({ reason: "request_refused", httpStatus: 409 });
  expect(JSON.stringify(formatted)).not.toContain("canary");
});

test("an error that came before the context has one request id in all calls of a batch", () => {
  const error = new TRPCError({ code: "UNSUPPORTED_MEDIA_TYPE", message: canary });
  const input = { error, ctx: undefined, path: undefined, type: "unknown", input: undefined };
  const shape = {} as Parameters<typeof formatError>[0]["shape"];
  const [first, second] = [0, 1].map(() => formatError({ ...input, type: "unknown", shape }));
  expect(first).toEqual(second);
  expect(first?.data.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.stringify(first)).not.toContain("canary");
});
