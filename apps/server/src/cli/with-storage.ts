import { readConfig, type Environment, type ServiceConfig } from "../config.ts";
import { createLogger, type Logger } from "../log.ts";
import { openStorage } from "../open-storage.ts";
import { StartError } from "../start-error.ts";
import type { Storage } from "../storage.ts";
import { withinTime } from "../within-time.ts";
import type { CommandContext } from "./context.ts";

/** What a command works with while it runs. */
export interface OpenedStorage {
  readonly config: ServiceConfig;
  readonly storage: Storage;
  readonly log: Logger;
  /** What is to be closed when the command is over goes onto it. */
  readonly started: AsyncDisposableStack;
}

/**
 * Opens the storage that the environment names, for a command.
 *
 * @throws StartError when it can not be opened.
 */
export async function withStorage<Value>(
  context: CommandContext,
  work: (opened: OpenedStorage) => Promise<Value>,
  options: { readonly statementTimeoutMs?: number } = {},
): Promise<Value> {
  const config = requireConfig(context.environment);
  const log = createCommandLog(context, config);
  const started = new AsyncDisposableStack();
  try {
    const storage = await openStorage(config, log, options.statementTimeoutMs);
    started.defer(() => withinTime("storage", storage.close()));
    return await work({ config, storage, log, started });
  } finally {
    await closeAll(context, started);
  }
}

/** The log goes where it does not mix with answers, and is kept to those who ask for it. */
export function createCommandLog(
  { terminal, redact }: CommandContext,
  { log: { level, format } }: ServiceConfig,
): Logger {
  return createLogger(
    { level: level === "debug" ? level : "silent", format },
    { write: (text) => void terminal.complain(redact(text)) },
  );
}

/** What was done is done: that something could not be closed must not make a failure of it. */
export async function closeAll(
  { terminal, redact }: CommandContext,
  started: AsyncDisposableStack,
): Promise<void> {
  try {
    await started.disposeAsync();
  } catch (error) {
    await terminal.complain(`Not everything was closed: ${redact(String(error))}\n`);
  }
}

function requireConfig(environment: Environment): ServiceConfig {
  const outcome = readConfig(environment);
  if (outcome.kind === "valid") return outcome.config;
  throw new StartError("config_invalid", outcome.problems.join("\n"));
}
