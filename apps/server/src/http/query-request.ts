import type { IncomingMessage } from "node:http";
import { maxBatchSize } from "@portcullis/server";
import { maxUrlCharacters } from "./http-limits.ts";

/** One query, or a batch of them. */
export interface QueryRequest {
  readonly isBatch: boolean;
  /** Below {@link trpcPath}. */
  readonly path: string;
  readonly names: readonly string[];
  /** What each is given, as JSON says it; undefined where nothing is. */
  readonly inputs: readonly unknown[];
}

export const trpcPath = "/trpc/";

/**
 * With one of these a request wants more than a plain answer, or needs more checks: a page of another
 * origin, a body, an expectation, an answer that comes bit by bit.
 */
const otherHeaders: ReadonlySet<string> = new Set([
  "content-length",
  "expect",
  "origin",
  "transfer-encoding",
  "trpc-accept",
]);

/** Where the last label begins with a digit, readers of URLs take all of it for an address. */
const hostName = String.raw`(?:[a-z\d-]+\.)*[a-z][a-z\d-]*`;
const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const port = String.raw`(?:\d{1,4}|[1-5]\d{4}|6[0-4]\d{3})`;

/** A name or an IPv4 address, and a port: what every reader of a URL takes for a host as it stands. */
const plainHost = new RegExp(`^(?:${hostName}|(?:${octet}\\.){3}${octet})(?::${port})?$`, "i");

/** No fragment, and nothing that gets longer where a URL is read: its length is bounded. */
const plainUrl = /^[\w!$%&()*+,./:;=?@~-]*$/;

/**
 * Reads a request for queries, or says undefined: to one that asks for anything else, or in any other
 * way, or wrongly, the application answers.
 */
export function readQueryRequest(
  { method, url = "", rawHeaders }: IncomingMessage,
  queries: ReadonlySet<string>,
): QueryRequest | undefined {
  if (method !== "GET" || !url.startsWith(trpcPath) || !plainUrl.test(url)) return undefined;
  const mark = url.indexOf("?");
  const path = url.slice(trpcPath.length, mark === -1 ? undefined : mark);
  const parameters = mark === -1 ? undefined : new URLSearchParams(url.slice(mark));
  const isBatch = parameters?.get("batch") === "1";
  const names = isBatch ? path.split(",") : [path];
  if (names.length > maxBatchSize || !names.every((name) => queries.has(name))) return undefined;
  if (!isPlain(rawHeaders, url)) return undefined;
  // Belongs to WebSockets and event streams.
  if (parameters?.has("connectionParams") === true) return undefined;
  const inputs = readInputs(parameters?.get("input") ?? "", isBatch, names.length);
  return inputs && { isBatch, path, names, inputs };
}

/** @param rawHeaders Names and values in turns, as they came. */
function isPlain(rawHeaders: readonly string[], url: string): boolean {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    const value = rawHeaders[index + 1] ?? "";
    if (otherHeaders.has(name)) return false;
    if (name === "host" && !isPlainHost(value, url)) return false;
    if (name === "content-type" && value !== "application/json") return false;
    if (name === "accept" && value.includes("jsonl")) return false;
  }
  return true;
}

/** The bound of a URL counts its origin too. */
function isPlainHost(host: string, url: string): boolean {
  return plainHost.test(host) && "http://".length + host.length + url.length <= maxUrlCharacters;
}

/** @returns undefined for what is no JSON, or no input of a batch. */
function readInputs(text: string, isBatch: boolean, count: number): readonly unknown[] | undefined {
  if (text === "") return [];
  try {
    const input: unknown = JSON.parse(text);
    if (!isBatch) return [input];
    if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
    const byIndex = input as Record<number, unknown>;
    return Array.from({ length: count }, (_, index) => byIndex[index]);
  } catch {
    return undefined;
  }
}
