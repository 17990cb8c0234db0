import type { UnixUser } from "./unprivileged-user.ts";

/** How a server is started and ordered about. */
export interface ServerLaunch {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  user: UnixUser | undefined;
  /** Holds the data and the log; the watchdog deletes it. */
  folder: string;
  /** Prints this once it accepts connections. */
  readyPattern: RegExp;
  readyTimeoutMs: number;
  /** The signal after which it ends at once and leaves nothing behind. */
  endSignal: NodeJS.Signals;
  /** Set when the server runs in this container: signals go there, not to the `docker` client. */
  container?: string | undefined;
}
