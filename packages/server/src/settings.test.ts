import type { WriteThroughCache } from "@portcullis/write-through";
import type { Kysely } from "kysely";
import { expect, test } from "vitest";
import { createMemoryOutbox } from "./mail/memory-transport.ts";
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
  mail: {
    transport: createMemoryOutbox().transport,
    from: "a@app.test",
    appUrl: "https://app.test",
  },
};

test("the defaults are as documented", () => {
  expect(resolveSettings(options)).toEqual({
    issuer: "i",
    audience: "a",
    accessTokenTtlSeconds: 600,
    algorithm: "EdDSA",
    headerName: "authorization",
    refreshIdleTtlMs: 14 * 86_400_000,
    absoluteTtlMs: 30 * 86_400_000,
    refreshGraceMs: 10_000,
    keyRotationMs: 90 * 86_400_000,
    sessionsPerUserMax: 20,
    confirmationMaxAgeMs: 300_000,
    requireVerifiedEmail: true,
    trustedProxies: [],
    allowedOrigins: new Set(),
    databaseTimeoutMs: 5000,
    subscriptions: { perSessionMax: 20, perProcessMax: 10_000 },
  });
});

test.each([
  ["an empty issuer", { tokens: { ...tokens, issuer: "" } }],
  ["a huge audience", { tokens: { ...tokens, audience: "x".repeat(256) } }],
  ["a token life of 59 s", { tokens: { ...tokens, accessTokenTtlSeconds: 59 } }],
  ["a token life of 3601 s", { tokens: { ...tokens, accessTokenTtlSeconds: 3601 } }],
  ["a fraction", { tokens: { ...tokens, accessTokenTtlSeconds: 60.5 } }],
  ["NaN", { tokens: { ...tokens, accessTokenTtlSeconds: Number.NaN } }],
  ["8725-3.2 no algorithm", { tokens: { ...tokens, algorithm: "none" as "EdDSA" } }],
  ["8725-3.2 an RSA algorithm", { tokens: { ...tokens, algorithm: "RS256" as "EdDSA" } }],
  ["V11.2.3 a symmetric algorithm", { tokens: { ...tokens, algorithm: "HS256" as "EdDSA" } }],
  ["a signing key for no day", { tokens: { ...tokens, keyRotationDays: 0 } }],
  ["a signing key for 731 days", { tokens: { ...tokens, keyRotationDays: 731 } }],
  ["a header name with a blank", { tokens: { ...tokens, headerName: "a b" } }],
  ["an idle time of 0", { sessions: { refreshIdleTtlSeconds: 0 } }],
  ["a life above a year", { sessions: { absoluteTtlSeconds: 366 * 86_400 } }],
  ["a grace above a minute", { sessions: { refreshGraceSeconds: 61 } }],
  ["no subscription at all", { subscriptions: { perSessionMax: 0 } }],
  ["a thousand and one subscriptions", { subscriptions: { perSessionMax: 1001 } }],
  ["no subscription for anybody", { subscriptions: { perProcessMax: 0 } }],
  ["no session at all", { sessions: { perUserMax: 0 } }],
  ["a hundred and one sessions", { sessions: { perUserMax: 101 } }],
  ["a confirmation that lasts a day", { sessions: { confirmationMaxAgeSeconds: 86_400 } }],
  ["V13.2.3 unverified emails by forgetting the mail", { mail: undefined }],
  ["a proxy that is anybody", { trustedProxies: ["0.0.0.0/0"] }],
  ["an origin with a path", { allowedOrigins: ["https://app.test/"] }],
  ["an origin in upper case", { allowedOrigins: ["https://APP.test"] }],
  ["any origin", { allowedOrigins: ["*"] }],
  ["the opaque origin", { allowedOrigins: ["null"] }],
  ["a hundred and one origins", { allowedOrigins: Array<string>(101).fill("https://a.test") }],
  ["a timeout of 0", { databaseTimeoutMs: 0 }],
])("%s is refused", (_, changes: object) => {
  expect(() => resolveSettings({ ...options, ...changes })).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});
