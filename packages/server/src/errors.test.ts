import { readFileSync } from "node:fs";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import { expect, test } from "vitest";
import type { ErrorCode } from "./error-codes.ts";
import { errorTable, PortcullisError } from "./errors.ts";

// The table's type is Record<ErrorCode, ...>: that it and the union agree is proven by the compiler.
const reasons = Object.keys(errorTable) as ErrorCode[];
const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
const rows = new Map(
  [...page.matchAll(/^\| `(\w+)`\s+\|\s+(\d+) `(\w+)`/gm)].map(([, reason, status, name]) => [
    reason,
    { status: Number(status), name },
  ]),
);

test("docs/errors.md names every reason and no other", () => {
  expect([...rows.keys()]).toEqual(reasons);
});

test.each(reasons)("%s: table, class and page agree", (reason) => {
  const error = new PortcullisError(reason, { cause: new Error("for the log") });
  expect(error).toBeInstanceOf(TRPCError);
  expect(error.reason).toBe(reason);
  expect(error.message).toBe(errorTable[reason].message);
  expect(rows.get(reason)).toEqual({
    status: getHTTPStatusCodeFromError(error),
    name: error.code,
  });
});
