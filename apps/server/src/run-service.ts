import path from "node:path";
import { readConfig, type ServiceConfig } from "./config.ts";
import { isForOperator } from "./for-operator.ts";
import { createLogger, type Logger } from "./log.ts";
import { startService, type Service } from "./service.ts";

const stopTimeoutMs = 10_000;
// Ctrl-C in a terminal reaches the whole process group, and package managers send it on once more.
const sameSignalMs = 500;

/** Runs the service until a signal, and ends the process. */
export async function runService(): Promise<never> {
  const outcome = readConfig(process.env);
  if (outcome.kind === "invalid") {
    complain(outcome.problems);
    process.exit(1);
  }
  const { config } = outcome;
  const log = createLogger(config.log);

  endOnFault(log);
  const stopping = waitForSignal();
  try {
    const service = await startService(config, log);
    announce(service, config, log);
    await stopping;
    return await stop(service, log);
  } catch (error) {
    if (isForOperator(error)) complain([error.message]);
    else log.fatal({ error }, "The service could not start");
    process.exit(1);
  }
}

function complain(problems: readonly string[]): void {
  process.stderr.write("Portcullis can not start:\n");
  for (const problem of problems) process.stderr.write(`- ${problem}\n`);
}

function announce(service: Service, config: ServiceConfig, log: Logger): void {
  const url = forBrowsers(service.url, config);
  const outboxUrl = service.outboxUrl && forBrowsers(service.outboxUrl, config);
  const storage =
    config.storage.kind === "embedded"
      ? `data in ${path.resolve(config.storage.dataFolder)}`
      : "Postgres and Redis";
  const mails = outboxUrl === undefined ? "" : `Mails are shown at:  ${outboxUrl}\n`;
  if (config.log.format === "json") {
    log.info({ url, storage: config.storage.kind }, "ready");
    // For the person who starts it: a log is read by others too.
    process.stderr.write(mails);
    return;
  }
  process.stdout.write(`\nPortcullis is ready: ${url}  (${storage}; Ctrl-C stops it)\n${mails}\n`);
}

/** Mails link to localhost, and a browser keeps other cookies for 127.0.0.1. */
function forBrowsers(url: string, { webRoot }: ServiceConfig): string {
  return webRoot === undefined ? url : url.replace("//127.0.0.1:", "//localhost:");
}

/**
 * A fault that nobody handled leaves what is in memory in doubt, so the process ends at once; what it
 * has promised is in Postgres. A rejection that nobody handled comes here too.
 */
function endOnFault(log: Logger): void {
  process.on("uncaughtException", (error, origin) => {
    try {
      log.fatal({ error, origin }, "The process ends for a fault that nobody handled");
    } finally {
      process.exit(1);
    }
  });
}

/** Resolves at the first SIGTERM or SIGINT; another one later ends the process at once. */
function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.on(signal, () => {
        if (firstMs === undefined) {
          firstMs = performance.now();
          resolve();
        } else if (performance.now() - firstMs > sameSignalMs) {
          process.exit(1);
        }
      });
    }
  });
}

async function stop(service: Service, log: Logger): Promise<never> {
  setTimeout(() => {
    log.error("Stopping took too long; ended by force");
    process.exit(1);
  }, stopTimeoutMs).unref();
  log.info("Stopping");
  try {
    await service.stop();
  } catch (error) {
    log.warn({ error }, "Not everything was closed in time");
  }
  // What could not be closed must not keep the process.
  process.exit(0);
}
