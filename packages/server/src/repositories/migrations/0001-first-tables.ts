import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Both counters travel as JSON numbers, so they must stay safe integers. */
const safeVersion = sql`token_version between 1 and 9007199254740991`;
const safeEpoch = sql`token_epoch between 1 and 9007199254740991`;

async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("portcullis.realm")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("token_epoch", "bigint", (column) => column.notNull().defaultTo(1))
    .addCheckConstraint("realm_is_one_row", sql`id = 'realm'`)
    .addCheckConstraint("realm_token_epoch_is_safe", safeEpoch)
    .execute();
  await sql`insert into portcullis.realm (id) values ('realm')`.execute(database);

  await database.schema
    .createTable("portcullis.user")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("email", "text", (column) => column.notNull().unique())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("role", "text", (column) => column.notNull().defaultTo("user"))
    .addColumn("password_hash", "text", (column) => column.notNull())
    .addColumn("token_version", "bigint", (column) => column.notNull().defaultTo(1))
    .addColumn("banned_at", "timestamptz")
    .addColumn("email_verified_at", "timestamptz")
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addCheckConstraint("user_token_version_is_safe", safeVersion)
    // A second line: the email rule belongs to the library, but no spelling may slip past it.
    .addCheckConstraint("user_email_is_canonical", sql`email = lower(email)`)
    .execute();

  await database.schema
    .createTable("portcullis.session")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("portcullis.user.id").onDelete("cascade"),
    )
    .addColumn("token_version", "bigint", (column) => column.notNull())
    .addColumn("token_epoch", "bigint", (column) => column.notNull())
    .addColumn("user_agent", "text")
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addColumn("authenticated_at", "timestamptz", (column) => column.notNull())
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .addColumn("revoked_at", "timestamptz")
    .execute();
  await database.schema
    .createIndex("session_of_user")
    .on("portcullis.session")
    .columns(["user_id", "created_at"])
    .execute();
  // For the purge.
  await database.schema
    .createIndex("session_by_expiry")
    .on("portcullis.session")
    .column("expires_at")
    .execute();
  await database.schema
    .createIndex("session_by_revocation")
    .on("portcullis.session")
    .column("revoked_at")
    .where(sql<boolean>`revoked_at is not null`)
    .execute();

  await database.schema
    .createTable("portcullis.refresh_token")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("session_id", "uuid", (column) =>
      column.notNull().references("portcullis.session.id").onDelete("cascade"),
    )
    .addColumn("secret_hash", "bytea", (column) => column.notNull().unique())
    .addColumn("generation", "integer", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .addColumn("rotated_at", "timestamptz")
    // Not a foreign key: the parent names its successor before that is inserted.
    .addColumn("successor_id", "uuid")
    .execute();
  // A family that forks is a bug or a theft; here it is impossible.
  await database.schema
    .createIndex("refresh_token_never_forks")
    .unique()
    .on("portcullis.refresh_token")
    .columns(["session_id", "generation"])
    .execute();

  await database.schema
    .createTable("portcullis.signing_key")
    .addColumn("kid", "text", (column) => column.primaryKey())
    .addColumn("algorithm", "text", (column) => column.notNull())
    .addColumn("public_jwk", "jsonb", (column) => column.notNull())
    .addColumn("private_key_encrypted", "bytea", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addColumn("retired_at", "timestamptz")
    .execute();
  await database.schema
    .createIndex("signing_key_one_active")
    .unique()
    .on("portcullis.signing_key")
    .column("algorithm")
    .where(sql<boolean>`retired_at is null`)
    .execute();
}

async function down(database: Kysely<unknown>): Promise<void> {
  for (const table of ["signing_key", "refresh_token", "session", "user", "realm"]) {
    await database.schema.dropTable(`portcullis.${table}`).execute();
  }
}

export const firstTables: Migration = { up, down };
