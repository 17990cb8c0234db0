import { open, stat, type FileHandle } from "node:fs/promises";
import { rangeCharactersMax } from "./breach-source.ts";
import type { BreachSource } from "./breach-source.ts";

/** The file cannot be used as a breach file; the message says why, and never what it was asked for. */
export class BreachFileError extends Error {
  override readonly name = "BreachFileError";
  readonly code = "breach_file_unfit";

  constructor(path: string, fault: string, options?: ErrorOptions) {
    super(`The breach file ${path} ${fault}`, options);
  }
}

/** A {@link BreachSource} over a file that stays open until it is closed. */
export interface BreachFile extends BreachSource, AsyncDisposable {
  close(): Promise<void>;
}

/** A search ends when no more than this is left. */
const searchBytes = 4096;
/** From any byte of a file on, so much has at least one whole line in it. */
const lineWindowBytes = 256;
/** The longest line there can be, with its end. */
const lineBytesMax = 55;
/** Lines that are compared when the file is opened: in another order, searches would find nothing. */
const samples = 64;

const fileLine = /^(?<hash>[0-9A-Fa-f]{40}):(?<count>\d{1,12})\r?$/;

/**
 * Opens a local collection of breached passwords: a text file with a line `SHA1:COUNT` for each, in
 * the order of the hashes, as the public downloads come. It may have any size: it is searched where
 * it lies, by some 25 short reads a password, and nothing of it stays in memory.
 *
 * Replace the file by renaming another over it, and open that one; what is open stays as it was.
 *
 * @throws BreachFileError when the file cannot be opened, is empty, is not of such lines or not in
 * this order. A sample of 64 lines is looked at.
 *
 * @example
 * ```ts
 * import { createBreachFile } from "@portcullis/server";
 *
 * await using breachSource = await createBreachFile("/srv/pwned-passwords-sha1-ordered-by-hash.txt");
 * export const passwords = { breachSource };
 * ```
 */
export async function createBreachFile(path: string): Promise<BreachFile> {
  const sizeBytes = await sizeOf(path);
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw new BreachFileError(path, "cannot be opened", { cause });
  });
  const file: LineFile = { path, handle, sizeBytes };
  try {
    await checkSample(file);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    range: (prefix, signal) => readRangeOf(file, prefix, signal),
    close: () => handle.close(),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

interface LineFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly sizeBytes: number;
}

/** Asked before opening, because opening a pipe waits for its writer. */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new BreachFileError(path, "cannot be opened", { cause });
  });
  if (!found.isFile()) throw new BreachFileError(path, "is not a file");
  if (found.size === 0) throw new BreachFileError(path, "is empty");
  return found.size;
}

async function checkSample(file: LineFile): Promise<void> {
  const lastLineByte = Math.max(0, file.sizeBytes - lineBytesMax);
  let previous = "";
  for (let sample = 0; sample <= samples; sample += 1) {
    const byte = Math.floor((lastLineByte * sample) / samples);
    const line = await lineFrom(file, byte);
    if (line.hash < previous) {
      throw new BreachFileError(
        file.path,
        `is not in the order of its hashes, near byte ${byte}: use the download ordered by hash`,
      );
    }
    previous = line.hash;
  }
}

async function readRangeOf(file: LineFile, prefix: string, signal: AbortSignal): Promise<string> {
  const firstByte = await searchFrom(file, prefix, signal);
  const text = await read(file, firstByte, searchBytes + rangeCharactersMax);
  const lines = text.split("\n");
  // The last one is what follows the last line end: empty, a line without its end, or a piece of one.
  const last = lines.pop();
  const isWhole = firstByte + text.length === file.sizeBytes;
  if (isWhole && last !== undefined && last !== "") lines.push(last);

  const found: string[] = [];
  for (const line of lines) {
    const { hash, count } = parseLine(file, line);
    if (hash.startsWith(prefix)) found.push(`${hash.slice(prefix.length)}:${count}`);
    else if (hash > prefix) return found.join("\n");
  }
  if (isWhole) return found.join("\n");
  throw new BreachFileError(file.path, "has too many lines of one prefix");
}

/** Where a line begins that is at most 4 KiB before the first whose hash is not below the prefix. */
async function searchFrom(file: LineFile, prefix: string, signal: AbortSignal): Promise<number> {
  let low = 0;
  let high = file.sizeBytes;
  while (high - low > searchBytes) {
    signal.throwIfAborted();
    const middle = low + Math.floor((high - low) / 2);
    const line = await lineFrom(file, middle);
    if (line.hash < prefix) low = line.nextByte;
    else high = middle;
  }
  return low;
}

interface Line {
  /** In upper case. */
  readonly hash: string;
  readonly count: string;
}

/** The first line that begins at this byte or later. There must be one. */
async function lineFrom(file: LineFile, byte: number): Promise<Line & { nextByte: number }> {
  // From the byte before, to see whether a line begins at this one; the first line always does.
  const text =
    byte === 0
      ? `\n${await read(file, 0, lineWindowBytes)}`
      : await read(file, byte - 1, lineWindowBytes);
  const start = text.indexOf("\n") + 1;
  const [line = ""] = text.slice(start).split("\n", 1);
  return { ...parseLine(file, line), nextByte: byte + start + line.length };
}

/** Where the line stands is not said: it would tell the log what was looked for. */
function parseLine(file: LineFile, line: string): Line {
  const groups = fileLine.exec(line)?.groups;
  const { hash, count } = groups ?? {};
  if (hash === undefined || count === undefined) {
    throw new BreachFileError(file.path, "has a line that is not SHA1:COUNT");
  }
  return { hash: hash.toUpperCase(), count };
}

async function read(file: LineFile, fromByte: number, lengthBytes: number): Promise<string> {
  const length = Math.min(lengthBytes, file.sizeBytes - fromByte);
  const { buffer, bytesRead } = await file.handle.read(Buffer.alloc(length), 0, length, fromByte);
  // The size was looked at, so less is left only if the file was written over.
  if (bytesRead < length) throw new BreachFileError(file.path, "became shorter while in use");
  return buffer.toString("latin1");
}
