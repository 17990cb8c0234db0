import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { containerName, dockerRunArgs } from "./docker.ts";
import type { PostgresExecutables } from "./executables.ts";
import { runCommand } from "./run-command.ts";
import type { ServerLaunch } from "./server-launch.ts";
import type { UnixUser } from "./unprivileged-user.ts";

const image = "postgres:17";
const portInContainer = 5432;
const initTimeoutMs = 60_000;
const readyTimeoutMs = 30_000;
const imagePullTimeoutMs = 300_000;
const readyMessage = "database system is ready to accept connections";

/** The superuser of every server we start. */
export const superuser = "postgres";

/** What every way to run Postgres has in common. */
export interface PostgresPlace {
  port: number;
  folder: string;
  settings: Readonly<Record<string, string>>;
}

/** A password that nobody else on this machine knows: a superuser can run programs. */
export function makePassword(): string {
  return randomBytes(18).toString("base64url");
}

/** Makes the data folder. */
export async function initPostgres(
  { initdb }: PostgresExecutables,
  user: UnixUser | undefined,
  folder: string,
  password: string,
): Promise<void> {
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, password, { mode: 0o644 });
  await runCommand(
    initdb,
    [
      `--pgdata=${dataFolder(folder)}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--no-locale",
      "--no-sync",
    ],
    { timeoutMs: initTimeoutMs, cwd: folder, env: cleanEnv(), uid: user?.uid, gid: user?.gid },
  );
}

/** Postgres as a process of this machine. */
export function launchPostgresExecutable(
  { postgres }: PostgresExecutables,
  user: UnixUser | undefined,
  { port, folder, settings }: PostgresPlace,
): ServerLaunch {
  const own = {
    ...settings,
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
  };
  return {
    command: postgres,
    args: ["-D", dataFolder(folder), ...settingArgs(own)],
    env: cleanEnv(),
    user,
    folder,
    readyPattern: new RegExp(readyMessage),
    readyTimeoutMs,
    endSignal: "SIGQUIT",
  };
}

/** Postgres in Docker; its data lives and dies with the container. */
export function launchPostgresContainer(
  password: string,
  { port, folder, settings }: PostgresPlace,
): ServerLaunch {
  const container = containerName("postgres");
  return {
    command: "docker",
    args: dockerRunArgs(container, {
      image,
      hostPort: port,
      containerPort: portInContainer,
      mounts: {},
      env: { POSTGRES_USER: superuser, POSTGRES_PASSWORD: password },
      args: ["postgres", ...settingArgs(settings)],
    }),
    env: process.env,
    user: undefined,
    folder,
    // The image first runs a server for itself, which prints the same message.
    readyPattern: new RegExp(`init process complete[^]*${readyMessage}`),
    readyTimeoutMs: imagePullTimeoutMs,
    endSignal: "SIGKILL",
    container,
  };
}

function dataFolder(folder: string): string {
  return join(folder, "data");
}

function settingArgs(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Without the PG* variables of whoever runs the tests, and with messages in English. */
function cleanEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], LC_ALL: "C" };
}
