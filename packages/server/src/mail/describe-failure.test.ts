import { expect, test } from "vitest";
import { PortcullisError } from "../errors.ts";
import { describeFailure } from "./describe-failure.ts";

const canary = "canary@example.test";

const failureWith = (details: object): Error => Object.assign(new Error(canary), details);

test.each<[unknown, string]>([
  [new TypeError(canary), "TypeError"],
  [failureWith({ code: "EENVELOPE", responseCode: 550, response: canary }), "Error EENVELOPE 550"],
  [failureWith({ code: "23505", detail: canary }), "Error 23505"],
  [new DOMException(canary, "TimeoutError"), "TimeoutError"],
  [new PortcullisError("unavailable", { cause: canary }), "TRPCError SERVICE_UNAVAILABLE"],
  [failureWith({ name: canary, code: canary, responseCode: canary }), "Error"],
  [failureWith({ code: `x${"a".repeat(40)}`, responseCode: 1e9 }), "Error"],
  [canary, "not an Error"],
  [undefined, "not an Error"],
])("V16.2.5 of %o the log is told its class and codes", (error, description) => {
  expect(describeFailure(error)).toBe(description);
});
