import { inspect } from "node:util";
import { pino, type Logger } from "pino";
import type { ServiceConfig } from "./config.ts";

export type { Logger } from "pino";

const secretNames = [
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "accessToken",
  "refreshToken",
  "token",
  "secret",
];
const redactedPaths = secretNames.flatMap((name) => [
  `["${name}"]`,
  `*["${name}"]`,
  `*.*["${name}"]`,
]);

/** Makes the service's log: one JSON object a line for machines, or one readable line for a person. */
export function createLogger(
  config: ServiceConfig["log"],
  output: { write(text: string): unknown } = byTurns(process.stdout),
): Logger {
  const destination = config.format === "json" ? printable(output) : readable(output);
  return pino(
    {
      level: config.level,
      base: null,
      redact: { paths: redactedPaths, censor: "[redacted]" },
      serializers: { error: describeError },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    destination,
  );
}

/**
 * Writes what comes within one turn of the loop at once: writing to a pipe waits for the system each
 * time, and every request has its line. At the end of the process the rest is written.
 */
function byTurns(output: { write(text: string): unknown }): { write(text: string): void } {
  let waiting = "";
  function flush(): void {
    if (waiting !== "") output.write(waiting);
    waiting = "";
  }
  process.on("exit", flush);
  return {
    write(text) {
      if (waiting === "") setImmediate(flush);
      waiting += text;
    },
  };
}

interface ErrorDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: unknown;
  readonly stack?: string | undefined;
  readonly cause?: ErrorDescription;
}

const maxCauses = 5;

/**
 * Takes the named fields only: drivers hang connection settings, statements and rows on their
 * errors.
 */
function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: inspect(error, { depth: 1 }) };
  }
  return {
    type: error.name,
    message: error.message,
    ...("code" in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause !== undefined && depth < maxCauses
      ? { cause: describeError(error.cause, depth + 1) }
      : {}),
  };
}

/**
 * JSON leaves the upper control codes as they are, and some terminals obey them. Escaped, the line
 * says the same: outside of strings JSON is ASCII.
 */
function printable(output: { write(text: string): unknown }): { write(line: string): void } {
  return {
    write(line) {
      output.write(`${escapeUnprintable(line.trimEnd())}\n`);
    },
  };
}

function readable(output: { write(text: string): unknown }): { write(line: string): void } {
  return {
    write(line) {
      const { time, level, msg, error, ...fields } = JSON.parse(line) as Record<string, unknown>;
      const details = Object.entries(fields).map(([name, value]) => `${name}=${show(value)}`);
      const head = [String(time).slice(11, 23), String(level).padEnd(5), msg, ...details];
      output.write(`${escapeUnprintable(head.filter(Boolean).join(" "))}\n${stackOf(error)}`);
    },
  };
}

function show(value: unknown): string {
  return typeof value === "string" && /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value);
}

/** What a terminal would obey or hide: control codes, line separators, changes of direction. */
function escapeUnprintable(text: string): string {
  return text.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function stackOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { message, stack, cause } = error as Partial<ErrorDescription>;
  const lines = (stack ?? message ?? "").split("\n").map(escapeUnprintable);
  const own = `    ${lines.join("\n    ")}\n`;
  return cause === undefined ? own : `${own}    caused by:\n${stackOf(cause)}`;
}
