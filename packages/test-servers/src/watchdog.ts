import { spawn } from "node:child_process";
import { Socket } from "node:net";

import type { ServerLaunch } from "./server-launch.ts";

/** A companion of one server that ends it when our process is gone. */
export interface Watch {
  /** The server has ended: nothing is left to watch over. */
  dismiss(): void;
}

// The shell waits on a pipe that only we hold. A word means that we dismiss it; the end of the
// pipe means that we are gone, by whatever signal, and that the server and its folder must follow.
const endProcess = `
read -r _ && exit 0
kill -s "$1" "$2"; kill -s CONT "$2"
waited=0
while kill -0 "$2" && [ "$waited" -lt 50 ]; do sleep 0.1; waited=$((waited + 1)); done
kill -s KILL "$2"
rm -rf -- "$3"
`;
const endContainer = `
read -r _ && exit 0
docker rm --force "$1"
rm -rf -- "$2"
`;

/**
 * Starts the watchdog. It is a process of its own because no hook of ours runs when our process is
 * killed with SIGKILL; it sleeps in a `read` and costs nothing meanwhile.
 */
export function watchOverServer(launch: ServerLaunch, pid: number): Watch {
  const script =
    launch.container === undefined
      ? [endProcess, "watchdog", launch.endSignal.replace(/^SIG/, ""), String(pid), launch.folder]
      : [endContainer, "watchdog", launch.container, launch.folder];
  const shell = spawn("/bin/sh", ["-c", ...script], {
    cwd: "/",
    stdio: ["pipe", "ignore", "ignore"],
    // Out of the terminal's process group, so that it outlives the Ctrl-C that ends us.
    detached: true,
  });
  shell.unref();
  // The pipe must not keep our event loop alive, and a watchdog killed before us is no fault.
  if (shell.stdin instanceof Socket) {
    shell.stdin.unref();
  }
  shell.stdin.on("error", () => undefined);
  shell.on("error", () => undefined);
  return {
    dismiss: () => {
      shell.stdin.end("done\n");
    },
  };
}
