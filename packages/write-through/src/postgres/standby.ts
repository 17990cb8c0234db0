import { sql, type Kysely } from "kysely";

/** Is this Postgres a copy that follows another one? */
export async function isStandby<Database>(database: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{
    standby: boolean;
  }>`select pg_is_in_recovery() as standby`.execute(database);
  return rows[0]?.standby === true;
}
