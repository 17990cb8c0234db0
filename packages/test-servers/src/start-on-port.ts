import { findFreePort } from "./free-port.ts";
import type { ServerLaunch } from "./server-launch.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { TestServerError } from "./test-server-error.ts";

const attemptsMax = 5;
const portReleaseTimeoutMs = 15_000;

/** How to start the server on a given port. */
export type LaunchOnPort = (port: number) => ServerLaunch;

/** Starts the server on a free port, and on another one when somebody else was faster. */
export async function startOnFreePort(
  launchOnPort: LaunchOnPort,
): Promise<{ process: ServerProcess; port: number }> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const port = await findFreePort();
    const outcome = await startServerProcess(launchOnPort(port));
    if (outcome.kind === "started") {
      return { process: outcome.process, port };
    }
  }
  throw new TestServerError("START_FAILED", `lost ${attemptsMax} free ports to other processes`);
}

/** Starts the server on a port that was its own a moment ago: whoever took it may give it back. */
export async function startOnSamePort(
  launchOnPort: LaunchOnPort,
  port: number,
): Promise<ServerProcess> {
  const deadline = performance.now() + portReleaseTimeoutMs;
  do {
    const outcome = await startServerProcess(launchOnPort(port));
    if (outcome.kind === "started") {
      return outcome.process;
    }
  } while (performance.now() < deadline);
  throw new TestServerError("START_FAILED", `another process holds port ${port}`);
}
