import { expect, it } from "vitest";
import { logAuthEvents } from "./log-events.ts";
import { createLogger } from "./log.ts";

type AuthEvent = Parameters<ReturnType<typeof logAuthEvents>>[0];

function lineOf(event: AuthEvent): Record<string, unknown> {
  const lines: string[] = [];
  const log = createLogger(
    { level: "info", format: "json" },
    { write: (line) => lines.push(line) },
  );
  logAuthEvents(log)(event);
  return JSON.parse(lines.join("")) as Record<string, unknown>;
}

it("V16.3.3 shows by default that someone tries tokens that are not ours", () => {
  const event = { kind: "token_invalid", requestId: "id", why: "signature" } as const;
  expect(lineOf(event)).toMatchObject({ level: "info", msg: "token_invalid", why: "signature" });
});

it("API-10 warns of a crowd of logins in a line each, without a stack", () => {
  const line = lineOf({
    kind: "call_failed",
    requestId: "id",
    reason: "overloaded",
    path: "auth.login",
    error: new Error("Too busy"),
  });
  expect(line).toMatchObject({ level: "warn", msg: "call_failed", reason: "overloaded" });
  expect(line).not.toHaveProperty("error");
});
