import { expect, test } from "vitest";
import { readAnswer } from "./ask-with-token.ts";

test.each([
  ["a result", { result: { data: {} } }, "accepted"],
  ["a revoked token", refusal("token_revoked"), "refused"],
  ["an expired token", refusal("token_expired"), "refused"],
  ["a server that is busy", refusal("overloaded"), "error"],
  ["a call without a token", refusal("unauthenticated"), "error"],
  ["an error of something else", { error: { message: "Bad gateway" } }, "error"],
  ["no object", "oops", "error"],
])("%s counts as it should", (_, answer, outcome) => {
  expect(readAnswer(answer).outcome).toBe(outcome);
});

test("a limit tells how long to wait", () => {
  const answer = { error: { data: { reason: "rate_limited", retryAfterSeconds: 7 } } };
  expect(readAnswer(answer)).toEqual({
    outcome: "error",
    reason: "rate_limited",
    retryAfterSeconds: 7,
  });
});

function refusal(reason: string): unknown {
  return { error: { data: { reason } } };
}
