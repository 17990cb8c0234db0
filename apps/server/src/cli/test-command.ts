import { spawn } from "node:child_process";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { compileCache } from "../../demo/compile-cache.ts";
import type { TestServers, TestService, TestServiceOptions } from "../test-service.ts";
import { runCommandLine } from "./run-command-line.ts";

/** What a command has come to. */
export interface CommandRun {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The one document of `--json`. */
  readonly json: () => unknown;
}

const program = fileURLToPath(new URL("../main.ts", import.meta.url));
const timeoutMs = 60_000;

type Variables = Readonly<Record<string, string>>;

/** Runs a command in this process, with these variables: nobody is there to ask. */
export async function runCommand(
  variables: Variables,
  words: readonly string[],
  input = "",
): Promise<CommandRun> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stdin = Readable.from(input === "" ? [] : [Buffer.from(input)]);
  const exitCode = await runCommandLine(words, { env: variables, stdin, stdout, stderr });
  const printed = [stdout.end(), stderr.end()].map((stream) => text(stream));
  const [out = "", err = ""] = await Promise.all(printed);
  return { exitCode, stdout: out, stderr: err, json: () => JSON.parse(out) as unknown };
}

/** Runs the program itself, with these variables and no others of ours. */
export async function runProgram(
  variables: Variables,
  words: readonly string[],
  input = "",
): Promise<CommandRun> {
  const child = spawn(process.execPath, ["--conditions=@portcullis/source", program, ...words], {
    env: { PATH: process.env["PATH"], ...compileCache(), ...variables },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  // A command that does not read may be gone before it is written to.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exited,
  ]);
  return { exitCode, stdout, stderr, json: () => JSON.parse(stdout) as unknown };
}

/** Without a comma, which in the variable stands between two secrets. */
const secret = "a secret of the command line's tests: 32 bytes or more";

/** A node of the service that a command with {@link variablesFor} joins. */
export function startNodeFor(
  servers: TestServers,
  { config, ...seams }: TestServiceOptions = {},
): Promise<TestService> {
  const { database, redis, startNode } = servers;
  const storage = {
    kind: "servers",
    databaseUrl: database.url,
    redisUrl: redis.url,
    secrets: [secret],
  } as const;
  return startNode({ ...seams, config: { ...config, storage } });
}

export function variablesFor({
  database,
  redis,
}: Pick<TestServers, "database" | "redis">): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    AUTH_SECRET: secret,
    REQUIRE_VERIFIED_EMAIL: "false",
    PUBLIC_URL: "https://auth.test",
    AUTH_AUDIENCE: "https://api.test",
    LEASE_MS: "1000",
  };
}
