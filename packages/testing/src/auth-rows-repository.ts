import type { MailKind } from "@portcullis/server";
import type { Kysely } from "kysely";

/** The columns of Portcullis' tables that the test kit reads and writes past the procedures. */
interface AuthRows {
  "portcullis.user": {
    readonly id: string;
    readonly email: string;
    readonly name: string;
    readonly role: string;
    readonly password_hash: string;
    readonly email_verified_at: Date | null;
    readonly banned_at: Date | null;
    readonly ban_reason: string | null;
    readonly created_at: Date;
  };
  "portcullis.mail": { readonly id: string; readonly kind: MailKind };
}

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly passwordHash: string;
  readonly isVerified: boolean;
  readonly isBanned: boolean;
  readonly createdAtMs: number;
}

/** @returns whether it was inserted; not, when another user has the email. */
export async function insertUser<Database>(
  database: Kysely<Database>,
  user: UserRow,
): Promise<boolean> {
  const at = new Date(user.createdAtMs);
  const inserted = await rowsOf(database)
    .insertInto("portcullis.user")
    .values({
      id: user.id,
      email: user.email,
      name: user.name,
      role: user.role,
      password_hash: user.passwordHash,
      email_verified_at: user.isVerified ? at : null,
      banned_at: user.isBanned ? at : null,
      ban_reason: user.isBanned ? "Banned from the start, by a test" : null,
      created_at: at,
    })
    .onConflict((conflict) => conflict.column("email").doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** What a mail is about that is being sent. */
export async function readMailKind<Database>(
  database: Kysely<Database>,
  id: string,
): Promise<MailKind> {
  const { kind } = await rowsOf(database)
    .selectFrom("portcullis.mail")
    .select("kind")
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  return kind;
}

/** The application's table types and plug-ins are not ours; the tables are in the same database. */
function rowsOf<Database>(database: Kysely<Database>): Kysely<AuthRows> {
  return database.withoutPlugins() as unknown as Kysely<AuthRows>;
}
