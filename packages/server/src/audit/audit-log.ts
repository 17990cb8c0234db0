import type { AuthEvent } from "../events.ts";
import { insertAuditEvents } from "../repositories/audit-events.ts";
import type { DatabasePort } from "../repositories/database-port.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import type { AuditEvent } from "./audit-event.ts";

/** Events that wait to be written; those above it are counted and lost. */
const queueMax = 10_000;
const batchMax = 200;
const writeEveryMs = 200;

/** Where security events go: the audit log in Postgres, and `onEvent`. */
export interface AuditLog {
  /** Adds the event of a change to the change's own transaction. Call `report` after the commit. */
  insert(transaction: AuthTransaction, event: AuditEvent): Promise<void>;
  /**
   * Notes a refusal, which changes nothing and so has no transaction: it is reported now and
   * written within a second. An attacker's tries so cost one statement for many.
   */
  note(event: AuditEvent): void;
  start(): void;
  /** Writes what waits. */
  stop(): Promise<void>;
}

export function createAuditLog(options: {
  readonly database: DatabasePort;
  readonly report: (event: AuthEvent) => void;
}): AuditLog {
  const { database, report } = options;
  const waiting: AuditEvent[] = [];
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax);
      try {
        await database.transact((transaction) => insertAuditEvents(transaction, batch));
      } catch (error) {
        // They stay in line: the next round tries again, and the line has its bound.
        report({ kind: "audit_not_written", waiting: waiting.length, lost, error });
        return;
      }
      waiting.splice(0, batch.length);
    }
  }

  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  return {
    insert: (transaction, event) => insertAuditEvents(transaction, [event]),
    note(event) {
      report(event);
      if (waiting.length < queueMax) waiting.push(event);
      else lost += 1;
    },
    start() {
      clearInterval(timer);
      timer = setInterval(() => {
        if (waiting.length > 0) void write();
      }, writeEveryMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await write();
    },
  };
}
