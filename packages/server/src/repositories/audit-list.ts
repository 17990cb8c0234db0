import type { Selectable } from "kysely";
import { epochMs, safeInteger } from "./column-values.ts";
import type { AuditEventTable, AuthDatabase } from "./tables.ts";

/** An entry of the audit log. Its id says the order in which entries were written. */
export interface AuditRecord {
  readonly id: number;
  readonly at: number;
  readonly kind: string;
  readonly outcome: "success" | "refused";
  readonly actorId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

interface AuditPlace {
  /** The last entry of the page before. */
  readonly afterId: number | undefined;
  readonly limit: number;
}

export interface AuditQuery extends AuditPlace {
  /** Only what this user did, or was done to them. */
  readonly userId: string | undefined;
}

/** Entries of the audit log, newest first. */
export async function listAuditEvents(
  database: AuthDatabase,
  { userId, ...place }: AuditQuery,
): Promise<AuditRecord[]> {
  let query = newestFirst(database, place);
  if (userId !== undefined) {
    query = query.where((eb) => eb.or([eb("user_id", "=", userId), eb("actor_id", "=", userId)]));
  }
  return (await query.execute()).map(readRow);
}

export interface AccountQuery extends AuditPlace {
  readonly userId: string;
  readonly kinds: readonly string[];
}

/** Entries about one account, of these kinds, newest first; whoever the actor was. */
export async function listAuditEventsAbout(
  database: AuthDatabase,
  { userId, kinds, ...place }: AccountQuery,
): Promise<AuditRecord[]> {
  const rows = await newestFirst(database, place)
    .where("user_id", "=", userId)
    .where("kind", "in", kinds)
    .execute();
  return rows.map(readRow);
}

function newestFirst(database: AuthDatabase, { afterId, limit }: AuditPlace) {
  const query = database
    .selectFrom("portcullis.audit_event")
    .selectAll()
    .orderBy("id", "desc")
    .limit(limit);
  return afterId === undefined ? query : query.where("id", "<", afterId);
}

function readRow(row: Selectable<AuditEventTable>): AuditRecord {
  return {
    id: safeInteger(row.id),
    at: epochMs(row.at),
    kind: row.kind,
    outcome: row.outcome,
    actorId: row.actor_id,
    userId: row.user_id,
    sessionId: row.session_id,
    address: row.address,
    userAgent: row.user_agent,
    requestId: row.request_id,
    // Written by insertAuditEvents only, and an object there.
    details: row.details as AuditRecord["details"],
  };
}
