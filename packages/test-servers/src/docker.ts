import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";

const signalTimeoutMs = 10_000;

/** What a server in Docker needs to be known by. */
export interface ContainerOptions {
  image: string;
  /** The port on 127.0.0.1 of this machine. */
  hostPort: number;
  /** The port the server listens on inside. */
  containerPort: number;
  /** Folders of this machine, by their path inside. */
  mounts: Readonly<Record<string, string>>;
  /** `uid:gid` of the server inside. Default: what the image says. */
  user?: string | undefined;
  env: Readonly<Record<string, string>>;
  args: readonly string[];
}

/** A name no other container has. */
export function containerName(product: string): string {
  return `portcullis-${product}-${randomBytes(6).toString("hex")}`;
}

/** The arguments of `docker` that run a server in the foreground. */
export function dockerRunArgs(name: string, options: ContainerOptions): string[] {
  return [
    "run",
    "--rm",
    "--name",
    name,
    "--publish",
    `127.0.0.1:${options.hostPort}:${options.containerPort}`,
    ...(options.user === undefined ? [] : ["--user", options.user]),
    ...Object.entries(options.mounts).flatMap(([inside, outside]) => [
      "--volume",
      `${outside}:${inside}`,
    ]),
    ...Object.entries(options.env).flatMap(([variable, value]) => [
      "--env",
      `${variable}=${value}`,
    ]),
    options.image,
    ...options.args,
  ];
}

/**
 * Sends a signal to the server in the container: the `docker` client cannot pass on SIGKILL and
 * SIGSTOP. A container that has ended meanwhile is no fault, as with a process; whoever waits for
 * the effect has a deadline.
 */
export function signalContainer(name: string, signal: NodeJS.Signals): void {
  spawnSync("docker", ["kill", "--signal", signal, name], {
    timeout: signalTimeoutMs,
    stdio: "ignore",
  });
}
