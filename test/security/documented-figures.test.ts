import { readFileSync } from "node:fs";
import { createMemoryOutbox } from "@portcullis/server";
import { expect, test } from "vitest";
import { httpLimits } from "../../apps/server/src/http/http-limits.ts";
import { socketLimits } from "../../apps/server/src/http/socket-limits.ts";
import { pingMs, streamLifeMs } from "../../apps/server/src/trpc.ts";
import { databaseTimeoutMs } from "../../apps/server/src/open-servers.ts";
import {
  emailChangeLifeMs,
  passwordResetLifeMs,
  registrationLifeMs,
} from "../../packages/server/src/accounts/token-lives.ts";
import { resolveSettings } from "../../packages/server/src/settings.ts";
import { permissionMatrix } from "../../packages/server/test/permission-matrix.ts";

/** What docs/security.md says in figures and names, compared with the code. */
const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const page = read("docs/security.md");

function section(title: string): string {
  const [, text = ""] = page.split(`\n## ${title}\n`);
  return text.split("\n## ")[0] ?? "";
}

/** The cells of a table's rows, without its head. */
function rowsOf(text: string): string[][] {
  const lines = text.split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) => line.slice(2, -2).split(" | "));
}

const settings = resolveSettings({
  database: {} as never,
  cache: {} as never,
  secret: "unused",
  tokens: { issuer: "i", audience: "a" },
  mail: {
    transport: createMemoryOutbox().transport,
    from: "a@app.test",
    appUrl: "https://app.test",
  },
});

test("V6.1.3 the pathways of the page are the procedures that answer tokens", () => {
  const minting = Object.entries(permissionMatrix).filter(([, { mintsTokens }]) => mintsTokens);
  const documented = rowsOf(section("Pathways to a session")).map(([name = ""]) => name);
  expect(documented.toSorted()).toEqual(minting.map(([path]) => `\`${path}\``).toSorted());
});

test("V7.1.1 V7.1.2 the lifetimes of the page are those of the code", () => {
  const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];
  const figures = rowsOf(section("Lifetimes")).map(([what, howLong = ""]) => [
    what,
    howLong.split(/;| by option/)[0],
  ]);
  expect(Object.fromEntries(figures)).toEqual({
    "access token": `${settings.accessTokenTtlSeconds / 60} minutes`,
    "session, idle": `${settings.refreshIdleTtlMs / day} days`,
    "session, in all": `${settings.absoluteTtlMs / day} days`,
    "sessions of a user": String(settings.sessionsPerUserMax),
    "password, entered again": `${settings.confirmationMaxAgeMs / minute} minutes`,
    "used refresh token, repeated": `${settings.refreshGraceMs / second} seconds`,
    "token of a reset": `${passwordResetLifeMs / minute} minutes`,
    "token of a change of email": `${emailChangeLifeMs / hour} hour`,
    "token of a registration": `${registrationLifeMs / hour} hours`,
  });
});

test("V13.1.1 V13.1.2 V13.1.3 the connections and waits of the page are those of the code", () => {
  const text = section("Communications");
  expect(text).toContain(`| Postgres | 10 a process | ${databaseTimeoutMs / 1000} s a statement`);
  expect(read("apps/server/src/open-servers.ts")).toContain("const maxConnections = 10;");
  expect(text).toContain(`Above ${httpLimits.maxConnections} connections`);
  expect(text).toContain(`${httpLimits.headMs / 1000} s for its head`);
  expect(text).toContain(`${httpLimits.requestMs / 1000} s in all`);
  expect(text).toContain(`cut after ${httpLimits.silenceMs / 1000} s`);
  expect(settings.databaseTimeoutMs).toBe(databaseTimeoutMs);
  expect(text).toContain(`${socketLimits.maxSockets} may be WebSockets`);
  expect(text).toContain(`${socketLimits.maxSocketsPerAddress} of one address`);
  expect(text).toContain(
    `${socketLimits.maxMessageBytes / 1024} KiB, ${socketLimits.maxMessageParts} parts and ${socketLimits.maxBatchSize} calls`,
  );
  expect(text).toContain(`${socketLimits.maxMessagesPerSecond} messages, pings or calls`);
  expect(text).toContain(`Above ${socketLimits.maxWaitingMessages} messages that wait`);
  expect(text).toContain(`${socketLimits.finishMs / 1000} s for calls in flight`);
  expect(text).toContain(`while ${socketLimits.maxCallsInFlight} calls are in flight`);
  expect(text).toContain(`above ${socketLimits.maxUnreadBytes / 1024 ** 2} MiB`);
  expect(text).toContain(`silent for ${socketLimits.pingMs / 1000} s`);
  expect(text).toContain(`cut ${socketLimits.pongMs / 1000} s later`);
  expect([socketLimits.lifeMs, streamLifeMs]).toEqual([3_600_000, 3_600_000]);
  expect(text).toContain(`has ${settings.subscriptions.perSessionMax} subscriptions`);
  // A stream is never silent for as long as a client that does not read may be.
  expect(pingMs).toBeLessThan(httpLimits.silenceMs);
});

/** The kinds of events that a file declares. */
function kindsIn(path: string): string[] {
  return Array.from(read(path).matchAll(/\bkind: "(\w+)"/g), ([, kind = ""]) => kind);
}

test("V16.1.1 the page has every event that is written, and no other", () => {
  const [, security = "", others = ""] = section("What is logged").split(/\*\*\w+ events\*\*/);
  const named = (text: string): string[] =>
    Array.from(
      text.split("\n\n")[0]?.matchAll(/`([a-z_]+_?[a-z]+)`/g) ?? [],
      ([, kind = ""]) => kind,
    );
  const source = "packages/server/src/";
  const [, audited = ""] = read(`${source}audit/audit-event.ts`).split("interface AuditDetails {");
  const kinds = Array.from(
    audited.split("\n}")[0]?.matchAll(/^ {2}(\w+): /gm) ?? [],
    ([, kind = ""]) => kind,
  );
  expect(kinds.length).toBeGreaterThan(20);
  expect(named(security).toSorted()).toEqual(kinds.toSorted());
  const declared = [
    ...kindsIn(`${source}events.ts`),
    ...kindsIn(`${source}mail/mail-events.ts`),
    "limits_counted_locally",
    "breach_source_failed",
  ];
  for (const [path, kind] of [
    ["limits/limiter.ts", "limits_counted_locally"],
    ["passwords/password-policy.ts", "breach_source_failed"],
  ] as const) {
    expect(kindsIn(source + path)).toContain(kind);
  }
  expect(named(others).toSorted()).toEqual(declared.toSorted());
});
