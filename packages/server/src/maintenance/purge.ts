import type { AuthEvent } from "../events.ts";
import type { CachePort } from "../repositories/cache-port.ts";
import type { CachedTables } from "../repositories/cached-tables.ts";
import type { DatabasePort } from "../repositories/database-port.ts";
import {
  deleteAuditEvents,
  deleteOverdueEmailTokens,
  deleteOverdueRegistrations,
  deleteSessions,
  listEndedSessions,
  listOrphanedSessions,
} from "../repositories/purge.ts";

const dayMs = 86_400_000;
const purgeEveryMs = 3_600_000;
/** A used refresh token can be told from an unknown one for so long after its session has ended. */
const sessionsKeptMs = 7 * dayMs;
const auditKeptMs = 365 * dayMs;
/** Rows of one statement: of sessions so many as the cache takes in one write. */
const sessionsAtOnce = 32;
const rowsAtOnce = 1000;
/** The longest that one kind of rows is deleted for in one round. What is left waits an hour. */
const kindMsMax = 600_000;

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

  /** Until a batch comes back short, so that it keeps up with however many rows come in. */
  async function inBatches(atOnce: number, deleteBatch: () => Promise<number>): Promise<void> {
    const endsAtMs = now() + kindMsMax;
    let deleted = atOnce;
    while (deleted === atOnce && now() < endsAtMs && !isStopping) deleted = await deleteBatch();
  }

  const purgeRows = (deleteRows: typeof deleteAuditEvents, keptMs = 0): Promise<void> =>
    inBatches(rowsAtOnce, () =>
      database.transact((transaction) => deleteRows(transaction, now() - keptMs, rowsAtOnce)),
    );

  /** Through the cache, for rows of sessions may be in it. */
  const purgeSessions = (listSessions: typeof listEndedSessions): Promise<void> =>
    inBatches(sessionsAtOnce, async () => {
      const ids = await database.read((handle) =>
        listSessions(handle, now() - sessionsKeptMs, sessionsAtOnce),
      );
      if (ids.length === 0) return 0;
      await cache.write(
        ids.map((id) => cached.sessions.key(id)),
        (transaction) => deleteSessions(transaction.withoutPlugins(), ids),
      );
      return ids.length;
    });

  async function purgeAll(): Promise<void> {
    try {
      await purgeRows(deleteOverdueRegistrations);
      await purgeRows(deleteOverdueEmailTokens);
      await purgeSessions(listEndedSessions);
      await purgeSessions(listOrphanedSessions);
      await purgeRows(deleteAuditEvents, auditKeptMs);
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
