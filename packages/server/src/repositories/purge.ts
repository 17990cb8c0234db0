import { sql } from "kysely";
import type { AuthDatabase } from "./tables.ts";

/** Sessions that have ended. */
export async function listEndedSessions(
  database: AuthDatabase,
  endedBeforeMs: number,
  limit: number,
): Promise<string[]> {
  const endedBefore = new Date(endedBeforeMs);
  const rows = await database
    .selectFrom("portcullis.session")
    .select("id")
    .where((eb) => eb.or([eb("revoked_at", "<", endedBefore), eb("expires_at", "<", endedBefore)]))
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Sessions that have not ended, and whose user is gone. */
export async function listOrphanedSessions(
  database: AuthDatabase,
  createdBeforeMs: number,
  limit: number,
): Promise<string[]> {
  const rows = await database
    .selectFrom("portcullis.session as session")
    .leftJoin("portcullis.user as user", "user.id", "session.user_id")
    .select("session.id")
    .where("user.id", "is", null)
    // A session may be older than its token version, but not than its deleted user.
    .where("session.created_at", "<", new Date(createdBeforeMs))
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

/** What was chosen at a registration, and not verified in time. */
export const deleteOverdueRegistrations = deleteOverdue("portcullis.registration");

/** What was mailed, and not used in time. */
export const deleteOverdueEmailTokens = deleteOverdue("portcullis.email_token");

function deleteOverdue(table: "portcullis.registration" | "portcullis.email_token") {
  /** @returns how many were deleted. */
  return async (database: AuthDatabase, nowMs: number, limit: number): Promise<number> => {
    const rows = await database
      .deleteFrom(table)
      .where("id", "in", (eb) =>
        eb.selectFrom(table).select("id").where("expires_at", "<", new Date(nowMs)).limit(limit),
      )
      .returning("id")
      .execute();
    return rows.length;
  };
}

/** @returns how many were deleted. */
export async function deleteAuditEvents(
  database: AuthDatabase,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { rows } = await sql`
    delete from portcullis.audit_event where id in (
      select id from portcullis.audit_event where at < ${new Date(beforeMs)} order by at limit ${limit}
    ) returning id`.execute(database);
  return rows.length;
}
