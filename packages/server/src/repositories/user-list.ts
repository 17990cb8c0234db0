import type { Selectable } from "kysely";
import { epochMs } from "./column-values.ts";
import type { AuthDatabase, UserTable } from "./tables.ts";
import { toUserRecord, userRecordColumns } from "./users.ts";
import type { UserRecord } from "./users.ts";

/** A user with what only admins see. */
export interface ListedUser extends UserRecord {
  readonly createdAt: number;
  readonly banReason: string | null;
}

/** A place in the list of users. */
export interface UserPlace {
  /** Microseconds since 1970, as Postgres keeps them: in a coarser unit a row could lie on both sides of a place. */
  readonly createdAtMicros: number;
  readonly id: string;
}

const listedColumns = [...userRecordColumns, "ban_reason", "created_at"] as const;

export async function findListedUser(
  database: AuthDatabase,
  id: string,
): Promise<ListedUser | undefined> {
  const row = await database
    .selectFrom("portcullis.user")
    .select(listedColumns)
    .where("id", "=", id)
    .executeTakeFirst();
  return row && toListedUser(row);
}

export interface UserQuery {
  /**
   * Part of the email or the name; nothing in it has a special meaning. Case does not matter, beyond
   * ASCII as far as the locale of the database knows it.
   */
  readonly search: string | undefined;
  /** The last user of the page before. */
  readonly after: UserPlace | undefined;
  readonly limit: number;
}

/** Users, newest first, each with the place at which a next page begins. */
export async function listUsers(
  database: AuthDatabase,
  { search, after, limit }: UserQuery,
): Promise<{ readonly user: ListedUser; readonly place: UserPlace }[]> {
  let query = database
    .selectFrom("portcullis.user")
    .select(listedColumns)
    .select(({ fn, val }) =>
      fn<number | string>("date_part", [val("epoch"), "created_at"]).as("created_at_seconds"),
    )
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit);
  if (search !== undefined) {
    const pattern = `%${escapeLike(search)}%`;
    query = query.where((eb) =>
      eb.or([eb("email", "ilike", pattern), eb("name", "ilike", pattern)]),
    );
  }
  if (after !== undefined) {
    query = query.where(({ eb, fn, refTuple, tuple, val }) => {
      const createdAt = fn<Date>("to_timestamp", [val(after.createdAtMicros / microsPerSecond)]);
      return eb(refTuple("created_at", "id"), "<", tuple(createdAt, after.id));
    });
  }
  const rows = await query.execute();
  return rows.map((row) => ({
    user: toListedUser(row),
    place: {
      createdAtMicros: Math.round(Number(row.created_at_seconds) * microsPerSecond),
      id: row.id,
    },
  }));
}

const microsPerSecond = 1_000_000;

/** Takes from the wildcards of LIKE, and from its escape, their meaning. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

type ListedRow = Pick<Selectable<UserTable>, (typeof listedColumns)[number]>;

function toListedUser(row: ListedRow): ListedUser {
  return { ...toUserRecord(row), createdAt: epochMs(row.created_at), banReason: row.ban_reason };
}
