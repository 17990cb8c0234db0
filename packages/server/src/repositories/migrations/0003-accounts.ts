import { guardCachedTable } from "@portcullis/write-through";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

async function up(database: Kysely<unknown>): Promise<void> {
  await extendUsers(database);
  await extendSessions(database);
  await extendKeys(database);
  await createEmailProofs(database);
  await createMail(database);
  await createOauthClients(database);
}

async function down(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema.dropTable("portcullis.oauth_client").execute();
  await schema.dropTable("portcullis.mail").execute();
  await schema.dropTable("portcullis.email_token").execute();
  await schema.dropTable("portcullis.registration").execute();
  await guardRealm(database, ["token_epoch"]);
  await schema.alterTable("portcullis.realm").dropColumn("key_generation").execute();
  await schema.alterTable("portcullis.signing_key").dropColumn("activates_at").execute();
  await sql`
    delete from portcullis.session
    where user_id not in (select id from portcullis.user)`.execute(database);
  await schema
    .alterTable("portcullis.session")
    .dropColumn("address")
    .dropColumn("last_used_at")
    .execute();
  await schema
    .alterTable("portcullis.session")
    .addForeignKeyConstraint("session_user_id_fkey", ["user_id"], "portcullis.user", ["id"])
    .onDelete("cascade")
    .execute();
  await guardUsers(database, userColumns);
  await schema.withSchema("portcullis").dropIndex("user_by_creation").execute();
  await schema
    .alterTable("portcullis.user")
    .dropColumn("ban_reason")
    .dropColumn("ban_expires_at")
    .execute();
}

const userColumns = ["email", "name", "role", "token_version", "banned_at", "email_verified_at"];

async function extendUsers(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .alterTable("portcullis.user")
    .addColumn("ban_reason", "text")
    .addColumn("ban_expires_at", "timestamptz")
    .execute();
  await guardUsers(database, [...userColumns, "ban_expires_at"]);
  // For the list of users, whose pages begin after the last of the one before.
  await database.schema
    .createIndex("user_by_creation")
    .on("portcullis.user")
    .columns(["created_at", "id"])
    .execute();
}

/**
 * The sessions of a deleted user stay until they are purged: a cascade would change cached rows
 * that the deletion has not named, and a session without its user signs nobody in.
 */
async function extendSessions(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .alterTable("portcullis.session")
    .dropConstraint("session_user_id_fkey")
    .execute();
  await database.schema
    .alterTable("portcullis.session")
    .addColumn("address", "text")
    .addColumn("last_used_at", "timestamptz")
    .execute();
  await sql`update portcullis.session set last_used_at = created_at`.execute(database);
  await database.schema
    .alterTable("portcullis.session")
    .alterColumn("last_used_at", (column) => column.setNotNull())
    .execute();
}

async function extendKeys(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .alterTable("portcullis.signing_key")
    .addColumn("activates_at", "timestamptz")
    .execute();
  await sql`update portcullis.signing_key set activates_at = created_at`.execute(database);
  await database.schema
    .alterTable("portcullis.signing_key")
    .alterColumn("activates_at", (column) => column.setNotNull())
    .execute();
  await database.schema
    .alterTable("portcullis.realm")
    .addColumn("key_generation", "bigint", (column) => column.notNull().defaultTo(1))
    .execute();
  await database.schema
    .alterTable("portcullis.realm")
    .addCheckConstraint(
      "realm_key_generation_is_safe",
      sql`key_generation between 1 and 9007199254740991`,
    )
    .execute();
  await guardRealm(database, ["token_epoch", "key_generation"]);
}

/** What shows that somebody reads the mail of an address. Only hashes of the secrets are kept. */
async function createEmailProofs(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("portcullis.registration")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("email", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("password_hash", "text", (column) => column.notNull())
    // The user made at once, where unverified users may sign in.
    .addColumn("user_id", "uuid")
    // Null until its mail is written.
    .addColumn("secret_hash", "bytea", (column) => column.unique())
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .execute();
  await database.schema
    .createIndex("registration_of_email")
    .on("portcullis.registration")
    .column("email")
    .execute();
  await database.schema
    .createIndex("registration_by_expiry")
    .on("portcullis.registration")
    .column("expires_at")
    .execute();

  await database.schema
    .createTable("portcullis.email_token")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("purpose", "text", (column) => column.notNull())
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("portcullis.user.id").onDelete("cascade"),
    )
    .addColumn("email", "text", (column) => column.notNull())
    .addColumn("token_version", "bigint", (column) => column.notNull())
    .addColumn("secret_hash", "bytea", (column) => column.notNull().unique())
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .addCheckConstraint(
      "email_token_purpose_is_known",
      sql`purpose in ('reset_password', 'change_email')`,
    )
    // A new request replaces the one before.
    .addUniqueConstraint("email_token_one_of_a_purpose", ["user_id", "purpose"])
    .execute();
  await database.schema
    .createIndex("email_token_by_expiry")
    .on("portcullis.email_token")
    .column("expires_at")
    .execute();
}

async function createMail(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("portcullis.mail")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("content_encrypted", "bytea", (column) => column.notNull())
    .addColumn("attempts", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addColumn("next_attempt_at", "timestamptz", (column) => column.notNull())
    .execute();
  await database.schema
    .createIndex("mail_by_next_attempt")
    .on("portcullis.mail")
    .column("next_attempt_at")
    .execute();
}

async function createOauthClients(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("portcullis.oauth_client")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("secret_hash", "bytea", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull())
    .addColumn("revoked_at", "timestamptz")
    .execute();
}

function guardUsers(database: Kysely<unknown>, columns: readonly string[]): Promise<void> {
  return guardCachedTable(database, {
    table: "portcullis.user",
    name: "auth_user",
    idColumn: "id",
    columns,
    inserts: "allowed",
  });
}

function guardRealm(database: Kysely<unknown>, columns: readonly string[]): Promise<void> {
  return guardCachedTable(database, {
    table: "portcullis.realm",
    name: "auth_realm",
    idColumn: "id",
    columns,
  });
}

export const accounts: Migration = { up, down };
