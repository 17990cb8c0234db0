import { expect, it } from "vitest";
import { createRedactor } from "./redact.ts";

it("V16.2.5 takes every secret of the environment out of a text", () => {
  const redact = createRedactor({
    AUTH_SECRET: "find-me-new, find-me-old",
    DATABASE_URL: "postgres://user:find-me%2Fdatabase@db.test/app",
    REDIS_URL: "redis://:find-me-redis@cache.test",
    SMTP_URL: "smtp://user:find-me%zz@mail.test",
    PGPASSWORD: "find-me-pg",
  });
  const text =
    "find-me-new find-me-old find-me%2Fdatabase find-me/database find-me-redis find-me%zz find-me-pg";
  expect(redact(`kept ${text} kept`)).toBe(`kept ${"[redacted] ".repeat(7)}kept`);
});

it("takes a URL out as a whole that can not be read, and no ordinary words", () => {
  expect(createRedactor({ DATABASE_URL: "find-me" })("invalid: find-me")).toBe(
    "invalid: [redacted]",
  );
  expect(createRedactor({ REDIS_URL: "redis://:a@cache.test" })("a cache")).toBe("a cache");
  expect(createRedactor({})("as it is")).toBe("as it is");
});
