import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, openPool } from "@portcullis/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clientOf,
  newCredentials,
  outcomeOf,
  signedInClient,
  standingOf,
  startTestServers,
  temporaryFolder,
  type TestServers,
  type TestService,
} from "../test-service.ts";
import { lockFolder } from "../embedded/folder-lock.ts";
import {
  runCommand,
  runProgram,
  startNodeFor,
  variablesFor,
  type CommandRun,
} from "./test-command.ts";

const password = "a password from the console";

let servers: TestServers;
let node: TestService;
let variables: Record<string, string>;

beforeAll(async () => {
  servers = await startTestServers();
  variables = variablesFor(servers);
  node = await startNodeFor(servers);
});
afterAll(async () => {
  await node?.stop();
  await servers?.[Symbol.asyncDispose]();
});

type Run = (words: readonly string[], input?: string) => Promise<CommandRun>;

/** Runs the program beside the running node. */
const start: Run = async (words, input) =>
  withoutSecrets(await runProgram(variables, words, input));

/** The same in this process, which is faster. */
const run: Run = async (words, input) => withoutSecrets(await runCommand(variables, words, input));

/** V16.2.5: whatever a command does, it prints no secret of its environment. */
function withoutSecrets(ended: CommandRun): CommandRun {
  for (const secret of [
    servers.database.url,
    new URL(servers.database.url).password,
    variables["AUTH_SECRET"],
    password,
  ]) {
    expect(ended.stdout + ended.stderr).not.toContain(secret);
  }
  return ended;
}

/** Runs a command that has to succeed, and reads its one document. */
async function ask<Data>(...words: readonly string[]): Promise<Data> {
  const ended = await run([...words, "--json"]);
  expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
  return ended.json() as Data;
}

describe("user", () => {
  it("V6.3.2 makes the first admin, with a password that no argument shows", async () => {
    const { email } = newCredentials();
    const create = ["user", "create-admin", "--email", email, "--name", "Root"];
    expect(await start([...create, "--password-stdin"], `${password}\n`)).toMatchObject({
      exitCode: 0,
      stdout: `Created the admin ${email}, who can log in.\n`,
      stderr: "",
    });
    const { client, role } = await logIn(email, password);
    expect(role).toBe("admin");
    expect(await outcomeOf(client.api.auth.admin.users.list.query({}))).toBe("accepted");

    const asArgument = await run([...create, "--password", password]);
    expect(asArgument).toMatchObject({ exitCode: 2, stdout: "" });
    expect(asArgument.stderr).not.toContain(password);
    const noTerminal = await run(create);
    expect(noTerminal.stderr).toContain("--password-stdin");
    expect(noTerminal.exitCode).toBe(2);
  });

  it("V6.2.4 refuses an admin's password that is easy to guess, and tells scripts why", async () => {
    const words = ["user", "create-admin", "--email", "x@example.com", "--name", "X"];
    const ended = await run([...words, "--password-stdin", "--json"], "passwordpassword");
    expect(ended.exitCode).toBe(1);
    expect(ended.json()).toMatchObject({ error: { code: "password_refused" } });
    expect(ended.stderr).toContain("too easy to guess (common)");
  });

  it("RT-13 bans on a running node from the next call on, with every cache hot", async () => {
    const { accessToken, credentials, api } = await signedInClient(node);
    expect(await standingOf(node, accessToken)).toBe("accepted");
    const ban = ["user", "ban", credentials.email, "--reason", "Spam"];

    const unconfirmed = await start(ban);
    expect(unconfirmed).toMatchObject({ exitCode: 2, stdout: "" });
    expect(unconfirmed.stderr).toContain("Add --yes");
    expect(await standingOf(node, accessToken)).toBe("accepted");

    const banned = await start([...ban, "--yes"]);
    expect(await standingOf(node, accessToken)).toBe("token_revoked");
    expect(banned).toMatchObject({ exitCode: 0, stderr: "" });
    expect(banned.stdout).toBe(
      `Banned ${credentials.email} for good: no node takes a token of theirs.\n`,
    );
    expect(await outcomeOf(api.auth.login.mutate(credentials))).toBe("invalid_credentials");

    const shown = await start(["user", "show", credentials.email]);
    expect(shown.stdout).toMatch(/^ban +for good, since .*: Spam$/m);
    expect(await start(["user", "unban", credentials.email])).toMatchObject({ exitCode: 0 });
    expect(await standingOf(node, accessToken)).toBe("token_revoked");
    expect(await outcomeOf(api.auth.login.mutate(credentials))).toBe("accepted");
  });

  it("RT-13 logs a user out on a running node, and shows who they are", async () => {
    const { accessToken, credentials } = await signedInClient(node);
    const before = await ask("user", "show", credentials.email);
    expect(before).toMatchObject({
      user: { email: credentials.email, role: "user", ban: null },
      liveSessions: 1,
    });
    const ended = await start(["user", "logout", credentials.email, "--yes"]);
    expect(await standingOf(node, accessToken)).toBe("token_revoked");
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    await run(["user", "ban", credentials.email, "--reason", "Spam", "--yes"]);
    const unbanned = await ask("user", "unban", credentials.email);
    expect(unbanned).toMatchObject({ user: { ban: null } });
    const again = await ask("user", "logout", credentials.email, "--yes");
    expect(again).toMatchObject({ user: { email: credentials.email } });
  });

  it("says that there is nobody, and what of an argument is wrong", async () => {
    const nobody = await start(["user", "show", "nobody@example.com", "--json"]);
    expect(nobody.exitCode).toBe(1);
    expect(nobody.json()).toEqual({
      error: { code: "user_not_found", message: "There is no user with this email." },
    });
    expect(nobody.stderr).toBe("There is no user with this email.\n");
    const past = ["--reason", "Spam", "--until", "2020-01-01T00:00:00Z", "--yes"];
    const ended = await run(["user", "ban", "nobody@example.com", ...past]);
    expect(ended).toMatchObject({ exitCode: 2, stdout: "" });
    expect(ended.stderr).toContain(
      "Nothing was changed. --until: The end must lie in the future, at most 10 years ahead.\n",
    );
  });
});

async function logIn(email: string, withPassword: string) {
  const client = clientOf(node);
  const { user } = await client.api.auth.login.mutate({ email, password: withPassword });
  return { client, role: user.role };
}

interface KeyList {
  readonly keys: readonly { readonly kid: string; readonly state: string }[];
}

describe("keys", () => {
  it("V11.1.1 rotates, and retires a key that a running node then refuses at once", async () => {
    const { accessToken, api } = await signedInClient(node);
    const [active] = (await ask<KeyList>("keys", "list")).keys;
    expect(active?.state).toBe("active");
    const rotated = await start(["keys", "rotate"]);
    expect(rotated.stdout).toMatch(/^Published \S{43}, which signs from \S+Z\.$/m);
    expect(await ask("keys", "rotate")).toMatchObject({ kind: "already_waiting" });
    expect(await standingOf(node, accessToken)).toBe("accepted");

    const retired = await start(["keys", "retire", "--yes", "--", active?.kid ?? ""]);
    expect(await standingOf(node, accessToken)).toBe("token_invalid");
    expect(retired).toMatchObject({ exitCode: 0, stderr: "" });
    expect(retired.stdout).toContain(`Retired ${active?.kid}: no node takes a token of it`);
    // The client refreshes by itself, and gets a token of the key that was to follow.
    expect(await outcomeOf(api.auth.me.query())).toBe("accepted");
    const listed = await start(["keys", "list"]);
    expect(listed.stdout).toMatch(new RegExp(`^retired  ${active?.kid} `, "m"));
    const { keys } = await ask<KeyList>("keys", "list");
    expect(keys.map(({ state }) => state).toSorted()).toEqual(["active", "retired"]);
  });

  it("V11.1.1 imports a key of one's own, and says what it does not take", async () => {
    await using folder = await temporaryFolder();
    const write = async (name: string, content: string): Promise<string> => {
      const file = join(folder.path, name);
      await writeFile(file, content);
      return file;
    };
    const { privateKey } = generateKeyPairSync("ed25519");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const file = await write("key.pem", pem);
    const imported = await start(["keys", "import", file]);
    expect(imported.stdout).toMatch(/^Published \S{43}, /);
    const again = await run(["keys", "import", file, "--json"]);
    expect(again.exitCode).toBe(1);
    expect(again.json()).toMatchObject({ error: { code: "key_known" } });

    const broken = await run(["keys", "import", await write("broken.pem", pem.slice(40))]);
    expect(broken).toMatchObject({ exitCode: 1, stdout: "" });
    expect(broken.stderr).toMatch(/^The key was not imported: /);
    expect(broken.stderr).not.toContain(pem.slice(40, 80));
    const missing = await run(["keys", "import", join(folder.path, "none")]);
    expect(missing.stderr).toBe("The file can not be read: ENOENT.\n");
    const unknown = await run(["keys", "retire", "none", "--yes"]);
    expect(unknown).toMatchObject({ exitCode: 1, stdout: "" });
  });
});

it("RT-13 tokens revoke-all ends every session on a running node", async () => {
  const { accessToken } = await signedInClient(node);
  expect(await standingOf(node, accessToken)).toBe("accepted");
  const revoked = await start(["tokens", "revoke-all", "--yes"]);
  expect(await standingOf(node, accessToken)).toBe("token_revoked");
  expect(revoked).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await ask("tokens", "revoke-all", "--yes")).toEqual({ tokenEpoch: 3 });
});

it("clients are let in, listed and refused; their secret is shown once", async () => {
  const created = await start(["clients", "create", "Billing"]);
  expect(created).toMatchObject({ exitCode: 0, stderr: "" });
  const [, id = "", secret = ""] =
    /^client id +(\S+)\nclient secret +(\S{43})$/m.exec(created.stdout) ?? [];
  const listed = await start(["clients", "list"]);
  expect(listed.stdout).toMatch(new RegExp(`^${id}  \\S+Z  Billing$`, "m"));
  expect(listed.stdout).not.toContain(secret);
  expect(await start(["clients", "revoke", id, "--yes"])).toMatchObject({ exitCode: 0 });
  expect(await ask("clients", "list")).toEqual({ clients: [] });

  const other = await ask<{ clientId: string }>("clients", "create", "Shop");
  expect(other).toMatchObject({ clientSecret: expect.stringMatching(/^\S{43}$/) });
  const { clientId } = other;
  expect(await ask("clients", "list")).toMatchObject({ clients: [{ clientId, name: "Shop" }] });
  expect(await ask("clients", "revoke", clientId, "--yes")).toEqual({ clientId });
  const gone = await run(["clients", "revoke", clientId, "--yes", "--json"]);
  expect(gone.json()).toMatchObject({ error: { code: "client_unknown" } });
});

describe("wrong usage", () => {
  it.each([
    [["user"], "Name a command. See: portcullis user --help"],
    [["user", "constructor"], "There is no such command. See: portcullis user --help"],
    [["user", "show"], "EMAIL is missing. See: portcullis user show --help"],
  ])("%j says how it is meant, with exit code 2", async (words, message) => {
    const ended = await run([...words, "--json"]);
    expect(ended).toMatchObject({ exitCode: 2, stderr: `${message}\n` });
    expect(ended.json()).toEqual({ error: { code: "usage", message } });
  });

  it("--help tells of commands, exit codes and arguments", async () => {
    const root = await start(["--help"]);
    expect(root).toMatchObject({ exitCode: 0, stderr: "" });
    expect(root.stdout).toMatch(/^ +migrate .*up, status, down$/m);
    expect(root.stdout).toContain("Exit codes: 0 done; 1 failed");
    const ban = await run(["user", "ban", "--help"]);
    expect(ban.stdout).toContain("\nUSAGE portcullis user ban ");
    const tokens = await run(["tokens", "--help"]);
    expect(tokens.stdout).toContain("\nUSAGE portcullis tokens revoke-all\n");
    const doctor = await run(["doctor", "-h"]);
    expect(doctor.stdout).toContain("\nUSAGE portcullis doctor ");
  });
});

describe("a command that can not join the service", () => {
  it("says to set LEASE_MS as the service has it", async () => {
    const ended = await runCommand({ ...variables, LEASE_MS: "2000" }, [
      "tokens",
      "revoke-all",
      "--yes",
    ]);
    expect(ended).toMatchObject({ exitCode: 1, stdout: "" });
    expect(ended.stderr).toContain("LEASE_MS is not what the running service has");
    expect(ended.stderr).toMatch(/leaseMs is 2000 here and 1000 in another process/);
  });

  it("says that the embedded service has to be stopped first", async () => {
    await using folder = await temporaryFolder();
    const unlock = await lockFolder(folder.path);
    const ended = await runProgram({ DATA_DIR: folder.path }, ["user", "show", "ada@example.com"]);
    await unlock();
    expect(ended).toMatchObject({ exitCode: 1, stdout: "" });
    expect(ended.stderr).toContain(`is in use by process ${process.pid}.`);
    expect(ended.stderr).toContain("stop that one");
  });

  it("V16.2.5 names no secret, whatever is wrong with the way to the servers", async () => {
    const wrong = {
      ...variables,
      AUTH_SECRET: "find-me, a secret of 32 bytes or more",
      SMTP_URL: "smtp://find-me:find-me@127.0.0.1:1",
      MAIL_FROM: "auth@app.test",
      LOG_LEVEL: "debug",
    };
    const wrongPassword = servers.database.url.replace(/:[^:@]+@/, ":find-me@");
    const failures = await Promise.all([
      runProgram({ ...wrong, DATABASE_URL: wrongPassword }, ["keys", "list"]),
      runProgram({ ...wrong, REDIS_URL: "redis://:find-me@127.0.0.1:1" }, ["keys", "list"]),
      runProgram({ ...wrong, DATABASE_URL: "find-me", REDIS_URL: "find-me" }, ["keys", "list"]),
    ]);
    for (const { exitCode, stdout, stderr } of failures) {
      expect(exitCode).toBe(1);
      expect(stdout).toBe("");
      expect(stderr).not.toBe("");
      expect(stderr).not.toContain("find-me");
    }
  });
});

/** Three times a Postgres is opened in this process, the first time made. */
const threeOpeningsMs = 150_000;

it(
  "commands work on the data of an embedded service that is stopped",
  async () => {
    await using folder = await temporaryFolder();
    const embedded = { DATA_DIR: folder.path };
    expect(await runCommand(embedded, ["migrate", "up"])).toMatchObject({ exitCode: 0 });
    const create = ["user", "create-admin", "--email", "ada@example.com", "--name", "Ada"];
    const created = await runCommand(embedded, [...create, "--password-stdin"], password);
    expect(created).toMatchObject({ exitCode: 0, stderr: "" });
    const shown = await runCommand(embedded, ["user", "show", "ada@example.com", "--json"]);
    expect(shown.json()).toMatchObject({ user: { name: "Ada", role: "admin" } });
  },
  threeOpeningsMs,
);

describe("migrate", () => {
  it("tells, makes, undoes and makes again what the tables are", async () => {
    await using database = await createTestDatabase();
    const fresh = { ...variables, DATABASE_URL: database.url };
    const early = await runCommand(fresh, ["user", "show", "ada@example.com"]);
    expect(early).toMatchObject({ exitCode: 1, stdout: "" });
    expect(early.stderr).toContain("run `migrate up` first");

    const up = await runProgram(fresh, ["migrate", "up"]);
    expect(up).toMatchObject({ exitCode: 0, stderr: "" });
    expect(up.stdout).toMatch(/^cache  \S+ +applied\n[\s\S]*^auth   \S+ +applied\n[\s\S]*^posts /m);
    const status = await runCommand(fresh, ["migrate", "status", "--json"]);
    const { parts } = status.json() as { parts: { part: string; applied: string[] }[] };
    const auth = parts.find(({ part }) => part === "auth");
    expect(auth).toMatchObject({ pending: [], unknown: [] });

    const unconfirmed = await runProgram(fresh, ["migrate", "down"]);
    expect(unconfirmed).toMatchObject({ exitCode: 2, stdout: "" });
    const down = await runProgram(fresh, ["migrate", "down", "--yes", "--json"]);
    expect(down).toMatchObject({ exitCode: 0, stderr: "" });
    expect(down.json()).toEqual({ undone: auth?.applied.at(-1) });
    const after = await runProgram(fresh, ["migrate", "status"]);
    expect(after.stdout).toContain("not applied: run `migrate up`");
    expect(after.stdout).toContain("those of the cache and of the posts have none");
    const again = await runCommand(fresh, ["migrate", "up", "--json"]);
    expect(again.json()).toEqual({ applied: [{ part: "auth", name: auth?.applied.at(-1) }] });
  });

  it("V6.3.2 makes no user, no service and no key", async () => {
    await using database = await createTestDatabase();
    const fresh = { ...variables, DATABASE_URL: database.url };
    await runCommand(fresh, ["migrate", "up"]);
    const pool = openPool(database.url);
    try {
      for (const table of ["user", "oauth_client", "signing_key", "session"]) {
        const { rows } = await pool.query(`select from portcullis."${table}"`);
        expect(rows).toEqual([]);
      }
    } finally {
      await pool.end();
    }
  });
});
