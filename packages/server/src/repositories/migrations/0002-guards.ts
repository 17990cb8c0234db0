import { guardCachedTable, unguardCachedTable } from "@portcullis/write-through";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** The columns are those of the cached records; users and sessions are inserted under fresh ids. */
async function up(database: Kysely<unknown>): Promise<void> {
  await guardCachedTable(database, {
    table: "portcullis.user",
    name: "auth_user",
    idColumn: "id",
    columns: ["email", "name", "role", "token_version", "banned_at", "email_verified_at"],
    inserts: "allowed",
  });
  await guardCachedTable(database, {
    table: "portcullis.session",
    name: "auth_session",
    idColumn: "id",
    columns: ["user_id", "expires_at", "revoked_at", "authenticated_at"],
    inserts: "allowed",
  });
  await guardCachedTable(database, {
    table: "portcullis.realm",
    name: "auth_realm",
    idColumn: "id",
    columns: ["token_epoch"],
  });
}

async function down(database: Kysely<unknown>): Promise<void> {
  for (const [table, name] of [
    ["user", "auth_user"],
    ["session", "auth_session"],
    ["realm", "auth_realm"],
  ] as const) {
    await unguardCachedTable(database, { table: `portcullis.${table}`, name });
  }
}

export const guards: Migration = { up, down };
