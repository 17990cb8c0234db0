import { describe, expect, it } from "vitest";
import { judgeConnection, type Connection } from "./judge-connection.ts";

function judge(url: string, tls: Connection["tls"] = "verified"): string[] {
  const isRedis = url.startsWith("redis");
  const findings = judgeConnection({
    subject: isRedis ? "redis" : "postgres",
    server: isRedis ? "Redis" : "Postgres",
    variable: isRedis ? "REDIS_URL" : "DATABASE_URL",
    url: new URL(url),
    tls,
    tlsRemedy: "Encrypt it",
  });
  return findings.map(({ state, message }) => `${state}: ${message}`);
}

const random = "b8b1d4f0c2";

describe("V13.2.3 a default password", () => {
  it.each([
    "postgres://postgres:postgres@db.test/app",
    "postgres://portcullis:p%6frtcullis@db.test/app",
    "postgres://ada:ada@db.test/app",
    "postgres://ada:Password@db.test/app",
    "rediss://:secret@cache.test",
  ])("of a server elsewhere has to be mended: %s", (url) => {
    expect(judge(url)).toEqual([
      expect.stringMatching(/^error: The password of \w+ is one that everybody tries first\.$/),
    ]);
  });

  it("of a server on this machine is worth a warning", () => {
    expect(judge("postgres://postgres:postgres@localhost/app")).toEqual([
      expect.stringMatching(/^warning: /),
    ]);
  });

  it("is none that is random; a Redis elsewhere needs one, Postgres has other ways", () => {
    expect(judge(`postgres://ada:${random}@db.test/app`)).toEqual([]);
    expect(judge("postgres://ada@db.test/app")).toEqual([]);
    expect(judge("redis://localhost")).toEqual([]);
    expect(judge("rediss://cache.test")).toEqual([
      "error: Redis at cache.test lets everybody in without a password.",
    ]);
  });

  it("is never repeated", () => {
    expect(judge("postgres://find-me:find-me@db.test/app").join()).not.toContain("find-me");
  });
});

describe("V12.3.1 a connection without TLS", () => {
  it.each(["none", "unverified"] as const)("to another machine is told of: %s", (tls) => {
    for (const url of [`postgres://ada:${random}@db.test/app`, `redis://:${random}@cache.test`]) {
      expect(judge(url, tls)).toEqual([expect.stringMatching(/^warning: The connection to/)]);
    }
  });

  it.each([
    "postgres://localhost/app",
    "postgres://127.0.0.1/app",
    "postgres://[::1]/app",
    "postgres:///app?host=/run/postgresql",
    "redis://127.0.0.1",
  ])("on this machine needs none: %s", (url) => {
    expect(judge(url, "none")).toEqual([]);
  });
});
