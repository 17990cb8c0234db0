import { existsSync } from "node:fs";

import { runCommand } from "./run-command.ts";
import { TestServerError } from "./test-server-error.ts";

/** Where a test server comes from. */
export type ServerSource<Executable> =
  | { kind: "external"; url: string }
  | { kind: "executable"; executable: Executable }
  | { kind: "docker" };

/** What the machine has, asked in this order and only as far as needed. */
export interface Surroundings<Executable> {
  /** What to tell the reader: the server's name, its packages, its variable. */
  product: { name: string; debianPackage: string; homebrewPackage: string; urlVariable: string };
  externalUrl: string | undefined;
  findExecutable(): Executable | undefined;
  canInstall(): boolean;
  install(): Promise<void>;
  isDockerRunning(): Promise<boolean>;
}

/** A URL from the environment, else an installed server, else one we install, else Docker, else `NO_SERVER`. */
export async function chooseServerSource<Executable>(
  surroundings: Surroundings<Executable>,
): Promise<ServerSource<Executable>> {
  if (surroundings.externalUrl !== undefined && surroundings.externalUrl !== "") {
    return { kind: "external", url: surroundings.externalUrl };
  }
  let executable = surroundings.findExecutable();
  if (executable === undefined && surroundings.canInstall()) {
    await surroundings.install();
    executable = surroundings.findExecutable();
  }
  if (executable !== undefined) {
    return { kind: "executable", executable };
  }
  if (await surroundings.isDockerRunning()) {
    return { kind: "docker" };
  }
  const { name, debianPackage, homebrewPackage, urlVariable } = surroundings.product;
  throw new TestServerError(
    "NO_SERVER",
    [
      `The tests need ${name}, and it is neither on the PATH nor in the usual places. One of these helps:`,
      `  - install it: "sudo apt-get install ${debianPackage}" (Debian, Ubuntu) or "brew install ${homebrewPackage}" (macOS)`,
      `  - start Docker`,
      `  - set ${urlVariable} to the URL of a ${name} server that holds nothing of value`,
    ].join("\n"),
  );
}

/** Whether `apt-get install` is ours to run: on Debian and its children, as root. */
export function canInstallDebianPackages(): boolean {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version");
}

/** Whether a Docker daemon answers. */
export async function isDockerRunning(): Promise<boolean> {
  try {
    await runCommand("docker", ["info"], { timeoutMs: 10_000 });
    return true;
  } catch {
    // No client, no daemon and no permission all mean the same here: no Docker.
    return false;
  }
}
