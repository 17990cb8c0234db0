import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * The log is only ever added to. The trigger holds for every role, the owner's included; the one
 * way out is age, so that a purge can keep the table within bounds.
 */
async function up(database: Kysely<unknown>): Promise<void> {
  await database.schema
    .createTable("portcullis.audit_event")
    .addColumn("id", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn("at", "timestamptz", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("outcome", "text", (column) => column.notNull())
    .addColumn("actor_id", "uuid")
    .addColumn("user_id", "uuid")
    .addColumn("session_id", "uuid")
    .addColumn("address", "text")
    .addColumn("user_agent", "text")
    .addColumn("request_id", "uuid")
    .addColumn("details", "jsonb", (column) => column.notNull())
    .addCheckConstraint("audit_event_outcome_is_known", sql`outcome in ('success', 'refused')`)
    .execute();
  await database.schema
    .createIndex("audit_event_of_user")
    .on("portcullis.audit_event")
    .columns(["user_id", "id"])
    .execute();
  await database.schema
    .createIndex("audit_event_of_actor")
    .on("portcullis.audit_event")
    .columns(["actor_id", "id"])
    .execute();
  // For the purge.
  await database.schema
    .createIndex("audit_event_by_time")
    .on("portcullis.audit_event")
    .column("at")
    .execute();

  await sql`
    create function portcullis.refuse_audit_change() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        if old.at < now() - interval '90 days' then
          return old;
        end if;
      end if;
      raise exception 'the audit log can only be added to' using errcode = 'PC002';
    end $$`.execute(database);
  await sql`
    create trigger audit_event_is_append_only before update or delete on portcullis.audit_event
    for each row execute function portcullis.refuse_audit_change()`.execute(database);
  await sql`
    create trigger audit_event_is_not_truncated before truncate on portcullis.audit_event
    for each statement execute function portcullis.refuse_audit_change()`.execute(database);
}

async function down(database: Kysely<unknown>): Promise<void> {
  await database.schema.dropTable("portcullis.audit_event").execute();
  await sql`drop function portcullis.refuse_audit_change()`.execute(database);
}

export const auditLog: Migration = { up, down };
