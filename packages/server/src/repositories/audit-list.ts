import { epochMs, safeInteger } from "./column-values.ts";
import type { AuthDatabase } from "./tables.ts";

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

export interface AuditQuery {
  /** Only what this user did, or was done to them. */
  readonly userId: string | undefined;
  /** The last entry of the page before. */
  readonly afterId: number | undefined;
  readonly limit: number;
}

/** Entries of the audit log, newest first. */
export async function listAuditEvents(
  database: AuthDatabase,
  { userId, afterId, limit }: AuditQuery,
): Promise<AuditRecord[]> {
  let query = database
    .selectFrom("portcullis.audit_event")
    .selectAll()
    .orderBy("id", "desc")
    .limit(limit);
  if (userId !== undefined) {
    query = query.where((eb) => eb.or([eb("user_id", "=", userId), eb("actor_id", "=", userId)]));
  }
  if (afterId !== undefined) query = query.where("id", "<", afterId);
  const rows = await query.execute();
  return rows.map((row) => ({
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
  }));
}
