import { sql } from "kysely";
import type { AuthDatabase } from "./tables.ts";

/** Sessions that no token can come from any more, for whatever reason. */
export async function listDeadSessions(
  database: AuthDatabase,
  endedBeforeMs: number,
  limit: number,
): Promise<string[]> {
  const endedBefore = new Date(endedBeforeMs);
  const rows = await database
    .selectFrom("portcullis.session as session")
    .leftJoin("portcullis.user as user", "user.id", "session.user_id")
    .select("session.id")
    .where((eb) =>
      eb.or([
        eb("session.revoked_at", "<", endedBefore),
        eb("session.expires_at", "<", endedBefore),
        // A session may be older than its token version, but not than its deleted user.
        eb.and([eb("user.id", "is", null), eb("session.created_at", "<", endedBefore)]),
      ]),
    )
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Their refresh tokens go with them. */
export async function deleteSessions(
  database: AuthDatabase,
  sessionIds: readonly string[],
): Promise<void> {
  await database.deleteFrom("portcullis.session").where("id", "in", sessionIds).execute();
}

/** What was mailed or chosen, and not used in time. */
export async function deleteOverdueProofs(database: AuthDatabase, nowMs: number): Promise<void> {
  const now = new Date(nowMs);
  await database.deleteFrom("portcullis.registration").where("expires_at", "<", now).execute();
  await database.deleteFrom("portcullis.email_token").where("expires_at", "<", now).execute();
}

/** @returns how many were deleted. */
export async function deleteAuditEvents(
  database: AuthDatabase,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { rows } = await sql`
    delete from portcullis.audit_event where id in (
      select id from portcullis.audit_event where at < ${new Date(beforeMs)} order by id limit ${limit}
    ) returning id`.execute(database);
  return rows.length;
}
