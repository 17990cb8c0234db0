import type { AuthEvent } from "../events.ts";
import type { CachePort } from "../repositories/cache-port.ts";
import type { CachedTables } from "../repositories/cached-tables.ts";
import type { DatabasePort } from "../repositories/database-port.ts";
import {
  deleteAuditEvents,
  deleteOverdueProofs,
  deleteSessions,
  listDeadSessions,
} from "../repositories/purge.ts";

const dayMs = 86_400_000;
const purgeEveryMs = 3_600_000;
/** A used refresh token can be told from an unknown one for so long after its session has ended. */
const sessionsKeptMs = 7 * dayMs;
const auditKeptMs = 365 * dayMs;
/** Rows of one statement, and statements of one round: what is left waits an hour. */
const sessionsAtOnce = 32;
const auditEventsAtOnce = 1000;
const statementsMax = 100;

/** Deletes what has served its purpose, so that tables and personal data do not grow for ever. */
export interface Purge {
  /** One round. Never throws; what fails is reported, and tried again in an hour. */
  run(): Promise<void>;
  start(): void;
  /** Waits for the round under way. */
  stop(): Promise<void>;
}

export function createPurge(options: {
  readonly database: DatabasePort;
  readonly cache: CachePort;
  readonly cached: CachedTables;
  readonly now: () => number;
  readonly report: (event: AuthEvent) => void;
}): Purge {
  const { database, cache, cached, now, report } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopping = false;

  /** Through the cache, for rows of sessions may be in it. */
  async function purgeSessions(): Promise<void> {
    for (let round = 0; round < statementsMax && !isStopping; round += 1) {
      const ids = await database.read((handle) =>
        listDeadSessions(handle, now() - sessionsKeptMs, sessionsAtOnce),
      );
      if (ids.length === 0) return;
      await cache.write(
        ids.map((id) => cached.sessions.key(id)),
        (transaction) => deleteSessions(transaction.withoutPlugins(), ids),
      );
    }
  }

  async function purgeAuditLog(): Promise<void> {
    for (let round = 0; round < statementsMax && !isStopping; round += 1) {
      const deleted = await database.transact((transaction) =>
        deleteAuditEvents(transaction, now() - auditKeptMs, auditEventsAtOnce),
      );
      if (deleted < auditEventsAtOnce) return;
    }
  }

  async function purgeAll(): Promise<void> {
    try {
      await database.transact((transaction) => deleteOverdueProofs(transaction, now()));
      await purgeSessions();
      await purgeAuditLog();
    } catch (error) {
      report({ kind: "purge_failed", error });
    }
  }

  function run(): Promise<void> {
    running ??= purgeAll().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    run,
    start() {
      clearInterval(timer);
      timer = setInterval(() => void run(), purgeEveryMs);
      timer.unref();
    },
    async stop() {
      isStopping = true;
      clearInterval(timer);
      await running;
    },
  };
}
