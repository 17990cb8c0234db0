import type { WriteThroughCache } from "@portcullis/write-through";
import type { Kysely } from "kysely";
import { expect, test } from "vitest";
import { testSecret } from "../test/start-auth.ts";
import type { AuthOptions } from "./options.ts";
import { resolveSettings } from "./settings.ts";

const tokens = { issuer: "i", audience: "a" };
const options: AuthOptions<object> = {
  // The settings are read before anything else is touched.
  database: {} as Kysely<object>,
  cache: {} as WriteThroughCache<object>,
  secret: testSecret,
  tokens,
};

test("the defaults are as documented", () => {
  const { hashConcurrency, ...settings } = resolveSettings(options);
  expect(settings).toEqual({
    issuer: "i",
    audience: "a",
    accessTokenTtlSeconds: 600,
    algorithm: "EdDSA",
    headerName: "authorization",
    refreshIdleTtlMs: 14 * 86_400_000,
    absoluteTtlMs: 30 * 86_400_000,
    refreshGraceMs: 10_000,
    hashQueueMax: 64,
    allowedOrigins: new Set(),
    databaseTimeoutMs: 5000,
  });
  expect(hashConcurrency).toBeGreaterThanOrEqual(1);
  expect(hashConcurrency).toBeLessThanOrEqual(4);
});

test.each([
  ["8725-3.5 an empty secret", { secret: "" }],
  ["8725-3.5 a short secret", { secret: "x1".repeat(15) }],
  ["8725-3.5 one repeated character", { secret: "x".repeat(64) }],
  ["a huge secret", { secret: "xy".repeat(2049) }],
  ["an empty issuer", { tokens: { ...tokens, issuer: "" } }],
  ["a huge audience", { tokens: { ...tokens, audience: "x".repeat(256) } }],
  ["a token life of 59 s", { tokens: { ...tokens, accessTokenTtlSeconds: 59 } }],
  ["a token life of 3601 s", { tokens: { ...tokens, accessTokenTtlSeconds: 3601 } }],
  ["a fraction", { tokens: { ...tokens, accessTokenTtlSeconds: 60.5 } }],
  ["NaN", { tokens: { ...tokens, accessTokenTtlSeconds: Number.NaN } }],
  ["another algorithm", { tokens: { ...tokens, algorithm: "none" as "EdDSA" } }],
  ["a header name with a blank", { tokens: { ...tokens, headerName: "a b" } }],
  ["an idle time of 0", { sessions: { refreshIdleTtlSeconds: 0 } }],
  ["a life above a year", { sessions: { absoluteTtlSeconds: 366 * 86_400 } }],
  ["a grace above a minute", { sessions: { refreshGraceSeconds: 61 } }],
  ["no hashing at all", { passwords: { concurrency: 0 } }],
  ["a negative queue", { passwords: { queueMax: -1 } }],
  ["an origin with a path", { allowedOrigins: ["https://app.test/"] }],
  ["an origin in upper case", { allowedOrigins: ["https://APP.test"] }],
  ["any origin", { allowedOrigins: ["*"] }],
  ["the opaque origin", { allowedOrigins: ["null"] }],
  ["a hundred and one origins", { allowedOrigins: Array<string>(101).fill("https://a.test") }],
  ["a timeout of 0", { databaseTimeoutMs: 0 }],
])("%s is refused", (_, changes: Partial<AuthOptions<object>>) => {
  expect(() => resolveSettings({ ...options, ...changes })).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});

test("32 bytes of UTF-8 are enough for a secret, however few characters", () => {
  expect(() => resolveSettings({ ...options, secret: "äö".repeat(8) })).not.toThrow();
});
