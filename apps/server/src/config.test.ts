import { describe, expect, it } from "vitest";
import { readConfig, type Environment } from "./config.ts";

const secret = "0123456789012345678901234567890123456789";
const servers = {
  DATABASE_URL: "postgres://user:p4ss@db.test/app",
  REDIS_URL: "redis://cache.test",
  AUTH_SECRET: secret,
  SMTP_URL: "smtps://user:password@mail.test:465",
  MAIL_FROM: "auth@app.test",
  APP_URL: "https://app.test",
};

function configOf(environment: Environment) {
  const outcome = readConfig(environment);
  if (outcome.kind === "invalid") throw new Error(outcome.problems.join("\n"));
  return outcome.config;
}

function problemsOf(environment: Environment): readonly string[] {
  const outcome = readConfig(environment);
  return outcome.kind === "invalid" ? outcome.problems : [];
}

describe("readConfig", () => {
  it("runs embedded on port 3000, or the next free one, when nothing is set", () => {
    expect(configOf({})).toEqual({
      host: "127.0.0.1",
      port: { kind: "from", port: 3000 },
      storage: { kind: "embedded", dataFolder: ".data" },
      issuer: "http://localhost:3000",
      audience: "http://localhost:3000",
      algorithm: "EdDSA",
      accessTokenTtlSeconds: 600,
      appName: "Portcullis",
      appUrl: undefined,
      mail: { kind: "outbox" },
      mailFrom: "auth@localhost.localdomain",
      requireVerifiedEmail: false,
      breachFile: undefined,
      trustedProxies: [],
      allowedOrigins: [],
      leaseMs: 1000,
      lab: { nodes: [{ name: "this node", url: "" }], control: null },
      log: { level: "info", format: "text" },
    });
  });

  it("takes servers, and what else can be set", () => {
    const config = configOf({
      ...servers,
      HOST: "::",
      PORT: "0",
      PUBLIC_URL: "https://auth.test/",
      AUTH_AUDIENCE: "https://api.test",
      ACCESS_TOKEN_TTL_SECONDS: "60",
      ALLOWED_ORIGINS: "https://app.test, https://auth.test",
      LEASE_MS: "2000",
      LOG_LEVEL: "warn",
      NODE_ENV: "production",
    });
    expect(config).toEqual({
      host: "::",
      port: { kind: "exact", port: 0 },
      storage: {
        kind: "servers",
        databaseUrl: servers.DATABASE_URL,
        redisUrl: servers.REDIS_URL,
        secrets: [secret],
      },
      issuer: "https://auth.test",
      audience: "https://api.test",
      algorithm: "EdDSA",
      accessTokenTtlSeconds: 60,
      appName: "Portcullis",
      appUrl: "https://app.test",
      mail: { kind: "smtp", url: servers.SMTP_URL },
      mailFrom: "auth@app.test",
      requireVerifiedEmail: true,
      breachFile: undefined,
      trustedProxies: [],
      allowedOrigins: ["https://app.test", "https://auth.test"],
      leaseMs: 2000,
      lab: undefined,
      log: { level: "warn", format: "json" },
    });
  });

  it("leases for longer where nodes share their servers", () => {
    expect(configOf(servers).leaseMs).toBe(5000);
  });

  it.each(["redis://cache.test", "redis://cache.test/", "rediss://cache.test:6380/15"])(
    "takes %s",
    (url) => {
      expect(configOf({ ...servers, REDIS_URL: url }).storage).toMatchObject({ redisUrl: url });
    },
  );

  it("V6.3.2 an embedded service that sends mails asks for verified emails too", () => {
    const { SMTP_URL, MAIL_FROM } = servers;
    const sending = { SMTP_URL, MAIL_FROM };
    expect(configOf(sending).requireVerifiedEmail).toBe(true);
    expect(configOf({ ...sending, REQUIRE_VERIFIED_EMAIL: "false" }).requireVerifiedEmail).toBe(
      false,
    );
  });

  it("links mails to the public address where the application has no other", () => {
    const { APP_URL: _, ...others } = servers;
    expect(configOf({ ...others, PUBLIC_URL: "https://auth.test/" }).appUrl).toBe(
      "https://auth.test",
    );
  });

  it.each([{ PUBLIC_URL: "https://auth.test" }, { TRUSTED_PROXIES: "127.0.0.1/32" }])(
    "V13.4.5 shows no mails with %o, which speaks of others than this machine",
    (environment) => {
      expect(configOf(environment)).toMatchObject({
        mail: { kind: "none" },
        requireVerifiedEmail: false,
      });
    },
  );

  it.each<[string, Environment, boolean]>([
    ["embedded on this machine", {}, true],
    ["embedded, and listening for others", { HOST: "0.0.0.0" }, false],
    ["embedded behind a public address", { PUBLIC_URL: "https://auth.test" }, false],
    ["embedded with a mail server", { SMTP_URL: servers.SMTP_URL, MAIL_FROM: "a@b.test" }, false],
    ["embedded without its lab", { LAB: "false" }, false],
    ["on servers", servers, false],
    ["on servers with a lab", { ...servers, LAB: "true" }, true],
  ])("has the lab on or off: %s", (_where, environment, isOn) => {
    expect(configOf(environment).lab !== undefined).toBe(isOn);
  });

  it("takes the lab's nodes, whose pages may call, and its control", () => {
    const config = configOf({
      LAB_NODES: "a=http://localhost:3001,b=http://localhost:3002",
      LAB_CONTROL_URL: "http://127.0.0.1:4000/?key=0123456789abcdef",
    });
    expect(config.lab).toEqual({
      nodes: [
        { name: "a", url: "http://localhost:3001" },
        { name: "b", url: "http://localhost:3002" },
      ],
      control: { url: "http://127.0.0.1:4000", key: "0123456789abcdef" },
    });
    expect(config.allowedOrigins).toEqual(["http://localhost:3001", "http://localhost:3002"]);
  });

  it("takes an empty variable as not set", () => {
    expect(configOf({ PORT: "", DATABASE_URL: "", REDIS_URL: "" })).toEqual(configOf({}));
  });

  it.each<[Environment, RegExp]>([
    [{ HOST: "a b" }, /^HOST must be an address or a name/],
    [{ PORT: "http" }, /^PORT must be a whole number from 0 to 65535 \(0 takes a free one\)\.$/],
    [{ PORT: "65536" }, /^PORT must be a whole number/],
    [{ PORT: "-1" }, /^PORT must be a whole number/],
    [{ PORT: "3000.5" }, /^PORT must be a whole number/],
    [{ PUBLIC_URL: "auth.test" }, /^PUBLIC_URL must be the http or https address/],
    [{ PUBLIC_URL: "javascript:alert(1)" }, /^PUBLIC_URL must be/],
    [{ ...servers, DATABASE_URL: "mysql://db.test/app" }, /^DATABASE_URL must be a postgres:\/\//],
    [{ ...servers, REDIS_URL: "cache.test" }, /^REDIS_URL must be a redis:\/\/ or rediss:\/\//],
    [{ ...servers, AUTH_SECRET: "short" }, /^AUTH_SECRET must have 32 to 4096 bytes/],
    [{ ...servers, AUTH_SECRET: "x".repeat(4097) }, /^AUTH_SECRET must have 32 to 4096 bytes/],
    [{ ...servers, AUTH_SECRET: "," }, /^AUTH_SECRET must have 32 to 4096 bytes/],
    [{ ...servers, AUTH_SECRET: `${secret},short` }, /^AUTH_SECRET must have 32 to 4096 bytes/],
    [{ TOKEN_ALGORITHM: "none" }, /^TOKEN_ALGORITHM must be EdDSA or ES256/],
    [{ ...servers, SMTP_URL: "https://mail.test" }, /^SMTP_URL must be an smtp/],
    [{ ...servers, SMTP_URL: "" }, /^DATABASE_URL is set and SMTP_URL is not/],
    [{ ...servers, APP_URL: "" }, /^SMTP_URL is set and neither APP_URL nor PUBLIC_URL is/],
    [{ ...servers, REDIS_URL: "redis://cache.test/find-me" }, /^REDIS_URL must be .*number/],
    [{ ...servers, REDIS_URL: "redis://cache.test/0/1" }, /^REDIS_URL must be .*number/],
    [
      { PUBLIC_URL: "https://auth.test", REQUIRE_VERIFIED_EMAIL: "true" },
      /^REQUIRE_VERIFIED_EMAIL is true and SMTP_URL is not set/,
    ],
    [{ ...servers, MAIL_FROM: "" }, /^SMTP_URL is set and MAIL_FROM is not/],
    [{ MAIL_FROM: "Ada <ada@app.test>" }, /^MAIL_FROM must be a plain address/],
    [{ APP_NAME: "a\r\nb" }, /^APP_NAME must have 1 to 64 characters/],
    [{ APP_URL: "javascript:alert(1)" }, /^APP_URL must be the http or https address/],
    [{ REQUIRE_VERIFIED_EMAIL: "yes" }, /^REQUIRE_VERIFIED_EMAIL must be true or false/],
    [{ AUTH_ISSUER: "a b" }, /^AUTH_ISSUER must have 1 to 255 characters/],
    [{ AUTH_AUDIENCE: "x".repeat(256) }, /^AUTH_AUDIENCE must have 1 to 255 characters/],
    [{ ACCESS_TOKEN_TTL_SECONDS: "59" }, /^ACCESS_TOKEN_TTL_SECONDS must be .* 60 to 3600\.$/],
    [{ ACCESS_TOKEN_TTL_SECONDS: "3601" }, /^ACCESS_TOKEN_TTL_SECONDS must be/],
    [{ DATA_DIR: "a\0b" }, /^DATA_DIR must be the path of a folder/],
    [{ ALLOWED_ORIGINS: "*" }, /^ALLOWED_ORIGINS must be at most 100 web origins/],
    [{ ALLOWED_ORIGINS: "https://app.test/" }, /^ALLOWED_ORIGINS must be/],
    [{ ALLOWED_ORIGINS: "https://APP.test" }, /^ALLOWED_ORIGINS must be/],
    [{ LEASE_MS: "999" }, /^LEASE_MS must be a whole number from 1000 to 60000\.$/],
    [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL must be one of fatal, error, warn, info, debug, silent\.$/],
    [{ LOG_FORMAT: "xml" }, /^LOG_FORMAT must be json or text\.$/],
    [{ REDIS_URL: "redis://cache.test" }, /^REDIS_URL is set and DATABASE_URL is not/],
    [{ AUTH_SECRET: secret }, /^AUTH_SECRET is set and DATABASE_URL is not/],
    [{ ...servers, REDIS_URL: undefined }, /^DATABASE_URL is set and REDIS_URL is not/],
    [{ ...servers, AUTH_SECRET: undefined }, /^DATABASE_URL is set and AUTH_SECRET is not/],
    [{ ...servers, DATA_DIR: "data" }, /^DATABASE_URL and DATA_DIR are both set/],
    [{ LAB: "yes" }, /^LAB must be true or false/],
    [{ LAB_NODES: "here" }, /^LAB_NODES must be/],
    [{ LAB_CONTROL_URL: "http://elsewhere.test/" }, /^LAB_CONTROL_URL must be/],
    [{ ...servers, LAB_NODES: "http://localhost:3001" }, /and the lab is off/],
    [
      { LAB: "false", LAB_CONTROL_URL: "http://127.0.0.1:4000/?key=0123456789abcdef" },
      /and the lab is off/,
    ],
  ])("says what to set instead of %o", (environment, problem) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  it("tells all problems at once", () => {
    expect(problemsOf({ PORT: "x", LEASE_MS: "x", REDIS_URL: "redis://cache.test" })).toHaveLength(
      3,
    );
  });

  it("never repeats a value: it may be a secret in the wrong place", () => {
    const told = problemsOf({
      PORT: "find-me",
      DATABASE_URL: "find-me",
      REDIS_URL: "find-me",
      AUTH_SECRET: "find-me",
      PUBLIC_URL: "find-me",
      LOG_LEVEL: "find-me",
      LOG_FORMAT: "find-me",
      ALLOWED_ORIGINS: "find-me",
      LAB: "find-me",
      LAB_NODES: "find-me",
      LAB_CONTROL_URL: "find-me",
    });
    expect(told.length).toBeGreaterThan(6);
    expect(told.join()).not.toContain("find-me");
  });
});
