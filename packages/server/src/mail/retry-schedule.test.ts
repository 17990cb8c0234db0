import { expect, test } from "vitest";
import type { Mail } from "./mail.ts";
import { endOfMail, isOver, nextAttemptAt } from "./retry-schedule.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const to = "ada@example.test";

test("a mail is needed for a day, one with a token while that is good", () => {
  const plain: Mail = { kind: "already_registered", to };
  const withToken: Mail = { kind: "verify_email", to, token: "x", expiresInMinutes: 10 };
  expect(endOfMail(5, plain)).toBe(5 + dayMs);
  expect(endOfMail(5, undefined)).toBe(5 + dayMs);
  expect(endOfMail(5, withToken)).toBe(5 + 10 * minuteMs);
  expect(endOfMail(5, { ...withToken, expiresInMinutes: 10_080 })).toBe(5 + dayMs);
});

test("14 more attempts over a day, after delays that double up to three hours", () => {
  const delays = Array.from({ length: 16 }, (_, index) => nextAttemptAt(index + 1, dayMs, 0));
  const minutes = delays.map((delay) => delay && delay / minuteMs);
  const longest = [180, 180, 180, 180, 180, 180];
  expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 64, 128, ...longest, undefined, undefined]);
  const lastMs = delays.reduce<number>((sum, delay) => sum + (delay ?? 0), 0);
  expect(lastMs).toBeGreaterThan(dayMs - 3 * 60 * minuteMs);
  expect(lastMs).toBeLessThan(dayMs);
});

test("nothing is tried again after its end", () => {
  expect(nextAttemptAt(1, minuteMs + 1, 0)).toBe(minuteMs);
  expect(nextAttemptAt(1, minuteMs, 0)).toBeUndefined();
  expect([isOver(15, 1, 0), isOver(15, 1, 1), isOver(16, 1, 0)]).toEqual([false, true, true]);
});
