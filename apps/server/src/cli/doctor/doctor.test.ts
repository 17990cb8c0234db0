import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, openPool, startPostgres, startRedis } from "@portcullis/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockFolder } from "../../embedded/folder-lock.ts";
import {
  startTestServers,
  temporaryFolder,
  type TestServers,
  type TestService,
} from "../../test-service.ts";
import {
  runCommand,
  runProgram,
  startNodeFor,
  variablesFor,
  type CommandRun,
} from "../test-command.ts";
import type { Finding, Subject } from "./finding.ts";

/** The findings of `doctor --json`; whoever has to act on one is told how. */
function findingsOf(run: CommandRun): readonly Finding[] {
  const { ok, findings } = run.json() as { ok: boolean; findings: readonly Finding[] };
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(ok ? 0 : 1);
  for (const finding of findings) {
    const isTrouble = finding.state === "error" || finding.state === "warning";
    expect("remedy" in finding && finding.remedy.endsWith(".")).toBe(isTrouble);
  }
  return findings;
}

function errorsOf(run: CommandRun): [Subject, string][] {
  return findingsOf(run)
    .filter(({ state }) => state === "error")
    .map(({ subject, message }) => [subject, message]);
}

describe("doctor beside a running service", () => {
  let servers: TestServers;
  let node: TestService;
  let variables: Record<string, string>;

  beforeAll(async () => {
    servers = await startTestServers();
    node = await startNodeFor(servers);
    variables = variablesFor(servers);
  });
  afterAll(async () => {
    await node?.stop();
    await servers?.[Symbol.asyncDispose]();
  });

  it("finds nothing to mend when all is well, and says what it looked at", async () => {
    const ended = await runProgram(variables, ["doctor"]);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ended.stdout).toMatch(/^ok +postgres +The tables are those of this release\.$/m);
    expect(ended.stdout).toMatch(/^ok +signing keys +AUTH_SECRET opens all of them\.$/m);
    expect(ended.stdout).toMatch(/^ok +redis +Redis \S+ answers, and the cache can trust it\.$/m);
    expect(ended.stdout).toMatch(/^ok +clock +The clocks .* Redis agree to a second\.$/m);
    expect(ended.stdout).toMatch(/\nNothing has to be mended\.\n$/);
  });

  it("finds a wrong secret, a wrong lease and a mail server that is not there", async () => {
    const wrong = {
      ...variables,
      AUTH_SECRET: "find-me: a secret of 32 bytes or more",
      LEASE_MS: "2000",
      SMTP_URL: "smtp://find-me:find-me@127.0.0.1:1",
      MAIL_FROM: "auth@app.test",
    };
    const ended = await runProgram(wrong, ["doctor", "--json"]);
    expect(errorsOf(ended)).toEqual([
      ["configuration", "LEASE_MS is 2000 here, and 1000 in the running service."],
      ["signing keys", expect.stringMatching(/^AUTH_SECRET does not open the key \S{43}\.$/)],
      ["mail", expect.stringMatching(/^The mail server 127\.0\.0\.1 can not .*ECONNREFUSED\.$/)],
    ]);
    // V16.2.5
    expect(ended.stdout).not.toContain("find-me");
  });

  it("finds a role that may not use the tables, and one that is too strong", async () => {
    const role = `reader_${randomBytes(6).toString("hex")}`;
    const password = randomBytes(12).toString("hex");
    const pool = openPool(servers.database.url, { max: 1 });
    try {
      await pool.query(`create role ${role} login password '${password}'`);
      const url = new URL(servers.database.url);
      url.username = role;
      url.password = password;
      const ended = await runCommand({ ...variables, DATABASE_URL: url.href }, [
        "doctor",
        "--json",
      ]);
      expect(errorsOf(ended)).toEqual([
        ["postgres", expect.stringMatching(/^The role .* may not: .*; select, update on realm;/)],
      ]);
      const superuser = await runCommand(variables, ["doctor", "--json"]);
      expect(findingsOf(superuser)).toContainEqual(
        expect.objectContaining({
          state: "warning",
          message: expect.stringContaining("is a superuser"),
        }),
      );
    } finally {
      await pool.query(`drop role if exists ${role}`);
      await pool.end();
    }
  });
});

it("finds missing tables and a Redis that may evict fences, and makes nothing", async () => {
  await using database = await createTestDatabase();
  await using redis = await startRedis({ settings: { "maxmemory-policy": "allkeys-lru" } });
  const ended = await runProgram(variablesFor({ database, redis }), ["doctor", "--json"]);
  expect(errorsOf(ended)).toEqual([
    ["postgres", "The tables have not been made."],
    ["redis", "The cache can not trust this Redis."],
  ]);
  expect(findingsOf(ended)).toContainEqual(
    expect.objectContaining({ remedy: expect.stringContaining("maxmemory-policy allkeys-lru") }),
  );
  const pool = openPool(database.url, { max: 1 });
  try {
    const { rows } = await pool.query(
      "select from pg_namespace where nspname = 'portcullis' union all select from pg_tables where tablename = 'post_migration'",
    );
    expect(rows).toEqual([]);
  } finally {
    await pool.end();
  }
});

it("V13.2.2 finds nothing to mend under the rights of the page on least privilege", async () => {
  await using postgres = await startPostgres();
  await using database = await postgres.createDatabase();
  await using redis = await startRedis();
  const variables = variablesFor({ database, redis });
  await runCommand(variables, ["migrate", "up"]);
  const page = await readFile(new URL("../../../../../docs/least-privilege.md", import.meta.url));
  const [, grants = ""] = /^```sql\n([^]*?)^```$/m.exec(page.toString()) ?? [];
  const pool = openPool(database.url, { max: 1 });
  try {
    await pool.query(grants);
    await pool.query("alter role portcullis_service password 'of-the-service'");
  } finally {
    await pool.end();
  }
  const url = new URL(database.url);
  url.username = "portcullis_service";
  url.password = "of-the-service";
  const ended = await runCommand({ ...variables, DATABASE_URL: url.href }, ["doctor", "--json"]);
  const troubles = findingsOf(ended).filter(({ state }) => state !== "ok");
  // There is none in these variables.
  expect(troubles.map(({ subject }) => subject)).toEqual(["mail"]);
});

it("V16.2.5 finds servers that are not there, and names no password", async () => {
  const away = {
    DATABASE_URL: "postgres://user:find-me@127.0.0.1:1/app",
    REDIS_URL: "redis://:find-me@127.0.0.1:1",
    AUTH_SECRET: "find-me: a secret of 32 bytes or more",
    REQUIRE_VERIFIED_EMAIL: "false",
  };
  const ended = await runCommand(away, ["doctor", "--json"]);
  expect(errorsOf(ended)).toEqual([
    ["postgres", expect.stringContaining("can not be used at 127.0.0.1:1, where DATABASE_URL")],
    ["redis", expect.stringContaining("can not be used at 127.0.0.1:1, where REDIS_URL points")],
  ]);
  expect(ended.stdout).not.toContain("find-me");
});

it("finds what is wrong with the variables, one by one", async () => {
  const wrong = { PORT: "find-me", LEASE_MS: "find-me" };
  const ended = await runCommand(wrong, ["doctor", "--json"]);
  expect(errorsOf(ended).map(([subject]) => subject)).toEqual(["configuration", "configuration"]);
  expect(ended.stdout).not.toContain("find-me");
});

it("finds a setting that only auth itself judges", async () => {
  const wrong = {
    DATABASE_URL: "postgres://user@127.0.0.1:1/app",
    REDIS_URL: "redis://127.0.0.1:1",
    AUTH_SECRET: "x".repeat(40),
    REQUIRE_VERIFIED_EMAIL: "false",
  };
  const [first] = errorsOf(await runCommand(wrong, ["doctor", "--json"]));
  expect(first).toEqual(["configuration", expect.stringContaining("not one repeated character")]);
});

describe("doctor in embedded mode", () => {
  it("looks at the data folder and makes nothing", async () => {
    await using parent = await temporaryFolder();
    const folder = join(parent.path, "data");
    const look = async () =>
      findingsOf(await runCommand({ DATA_DIR: folder }, ["doctor", "--json"]));
    expect(await look()).toContainEqual({
      state: "ok",
      subject: "data folder",
      message: `${folder} is not there yet; the first start makes it.`,
    });
    expect(await readdir(parent.path)).toEqual([]);

    await mkdir(join(folder, "postgres"), { recursive: true });
    await chmod(folder, 0o755);
    const open = await runCommand({ DATA_DIR: folder }, ["doctor", "--json"]);
    expect(errorsOf(open)).toEqual([
      ["data folder", expect.stringMatching(/^The file with the secret is missing/)],
    ]);
    expect(findingsOf(open)).toContainEqual(
      expect.objectContaining({ state: "warning", remedy: expect.stringContaining("chmod 700") }),
    );

    await chmod(folder, 0o700);
    await writeFile(join(folder, "secret"), "");
    const unlock = await lockFolder(folder);
    const before = await readdir(folder);
    expect(await look()).toContainEqual({
      state: "ok",
      subject: "data folder",
      message: `${folder} is in use by process ${process.pid}.`,
    });
    expect(await readdir(folder)).toEqual(before);
    await unlock();
  });

  it("finds a file in the place of the folder, and a breach file that is none", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "file");
    await writeFile(file, "not a hash\n");
    const wrong = { DATA_DIR: file, BREACHED_PASSWORDS_FILE: file };
    expect(errorsOf(await runCommand(wrong, ["doctor", "--json"]))).toEqual([
      ["data folder", `${file} is not a folder.`],
      ["breached passwords", expect.stringContaining("has a line that is not SHA1:COUNT")],
    ]);
  });
});
