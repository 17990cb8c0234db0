import type { AuditEvent } from "../audit/audit-event.ts";
import type { AuthDatabase } from "./tables.ts";

/** Adds to the audit log. In the transaction of a change, both happen or neither does. */
export async function insertAuditEvents(
  database: AuthDatabase,
  events: readonly AuditEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await database
    .insertInto("portcullis.audit_event")
    .values(
      events.map((event) => ({
        at: new Date(event.atMs),
        kind: event.kind,
        outcome: event.outcome,
        actor_id: event.actorId,
        user_id: event.userId,
        session_id: event.sessionId,
        address: event.address,
        user_agent: event.userAgent,
        request_id: event.requestId,
        details: JSON.stringify(event.details),
      })),
    )
    .execute();
}
