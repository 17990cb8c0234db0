// One node of the nemesis: a process with a cache of its own and a few clients, that reports what
// they do. Started by the driver, never by hand.
import { createInterface } from "node:readline";
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { WriteThroughError, type CacheEvent } from "../src/index.ts";
import { openCachedRows } from "./cached-rows.ts";
import { openNaiveRows } from "./naive-rows.ts";
import type { NodeCommand, NodeReport, NodeSettings } from "./report.ts";
import type { VersionedRows } from "./versioned-rows.ts";

const readerPauseMs = { least: 10, most: 30 };
const writerPauseMs = { least: 100, most: 300 };
const readers = ["reader 1", "reader 2", "reader 3", "reader 4"];
const writers = ["writer 1", "writer 2"];
const mostRowsARead = 3;
const mostRowsAWrite = 2;
/** One operation in so many is of several rows. */
const severalOneIn = 5;
const maxReasonLength = 120;

const { cache, postgresUrl, redisUrl, originNs, ids } = JSON.parse(
  process.argv[2] ?? "",
) as NodeSettings;
const origin = BigInt(originNs);
let isStopping = false;
let writes = 0;

const rows = await openRows();
await report({ kind: "ready" });

for (const client of readers) void runClient(client, () => readOnce(rows), readerPauseMs);
for (const client of writers) void runClient(client, () => writeOnce(rows), writerPauseMs);

// The driver's end, however it came, is the end of this input, and so of this process.
for await (const line of createInterface({ input: process.stdin })) {
  const command = line as NodeCommand;
  if (command === "stop") isStopping = true;
  if (command === "audit") void audit(rows);
}
await rows.close().finally(() => process.exit());

async function openRows(): Promise<VersionedRows> {
  const urls = { postgres: postgresUrl, redis: redisUrl };
  return cache === "naive" ? await openNaiveRows(urls) : await openCachedRows(urls, reportEvent);
}

async function runClient(
  client: string,
  operate: () => Promise<void>,
  pauseMs: { least: number; most: number },
): Promise<void> {
  while (!isStopping) {
    await operate();
    await sleep(randomInt(pauseMs.least, pauseMs.most + 1));
  }
  await report({ kind: "client_ended", client });
}

async function readOnce({ read }: VersionedRows): Promise<void> {
  const wanted = pickIds(mostRowsARead);
  const startMs = nowMs();
  try {
    const versions = await read(wanted);
    await report({ kind: "read", startMs, endMs: nowMs(), versions });
  } catch (error) {
    await report({ kind: "read_failed", startMs, endMs: nowMs(), reason: reasonOf(error) });
  }
}

async function writeOnce({ write, isUnknown }: VersionedRows): Promise<void> {
  writes += 1;
  const own = { kind: "write", write: writes } as const;
  const startMs = nowMs();
  try {
    await write(pickIds(mostRowsAWrite), (versions) =>
      report({ kind: "prepared", write: own.write, atMs: nowMs(), versions }),
    );
    await report({ ...own, startMs, endMs: nowMs(), outcome: "committed" });
  } catch (error) {
    const outcome = isUnknown(error) ? "unknown" : "refused";
    await report({ ...own, startMs, endMs: nowMs(), outcome, reason: reasonOf(error) });
  }
}

async function audit({ read, postgresReads }: VersionedRows): Promise<void> {
  const readBefore = postgresReads();
  const startMs = nowMs();
  try {
    const versions = await read(ids);
    await report({ kind: "read", startMs, endMs: nowMs(), versions });
    const isCounted = readBefore !== undefined;
    const isCached = readBefore === postgresReads();
    await report({ kind: "audited", versions, ...(isCounted ? { isCached } : {}) });
  } catch (error) {
    await report({ kind: "read_failed", startMs, endMs: nowMs(), reason: reasonOf(error) });
    await report({ kind: "audited" });
  }
}

/** Resolves once the system has the line: what was reported survives the death of this process. */
function report(line: NodeReport): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(line)}\n`, () => resolve());
  });
}

function reportEvent(event: CacheEvent): void {
  const operation = "operation" in event ? ` (${event.operation})` : "";
  const why = "error" in event ? { why: reasonOf(event.error) } : {};
  void report({ kind: "event", name: `${event.kind}${operation}`, atMs: nowMs(), ...why });
}

/** Short, and the same for the same cause: without the ports of one run. */
function reasonOf(error: unknown): string {
  if (error instanceof WriteThroughError) return error.code;
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/ [\d.]+:\d+$/, "").slice(0, maxReasonLength);
}

/** The first ones often, so that writers meet; the last ones seldom, so that they leave the store. */
function pickIds(most: number): string[] {
  const count = randomInt(severalOneIn) === 0 ? randomInt(2, most + 1) : 1;
  const left = [...ids];
  return Array.from({ length: count }, () =>
    left.splice(randomInt(randomInt(left.length) + 1), 1),
  ).flat();
}

function nowMs(): number {
  return Number(process.hrtime.bigint() - origin) / 1e6;
}
