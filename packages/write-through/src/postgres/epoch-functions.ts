import { sql, type Kysely, type RawBuilder } from "kysely";
import type { Migration } from "kysely/migration";
import { guardMigration } from "./guard.ts";

/** As a statement timeout would end it: the SQLSTATE of a lock is the application's to use. */
const giveUp: RawBuilder<unknown> = sql`
  exception when lock_not_available then
    raise query_canceled using message = 'the epoch was held by others for too long';`;

/**
 * What begins and settles epochs. Functions, because lock, bound and change are then one statement:
 * no lock is held while a process is asked for the next step, and none is waited for after the
 * process has given up. They run with the rights of whoever calls them.
 */
export const epochMigration: Migration = {
  async up(database: Kysely<unknown>) {
    // Makes the epoch a key, so that FOR KEY SHARE holds it, and lets others settle it meanwhile.
    await sql`create unique index authority_epoch on portcullis.authority (epoch)`.execute(
      database,
    );

    // Writers hold the row, and would let an UPDATE of it wait for as long as they overlap. For the
    // table they queue: who comes after this lock is asked for waits until it has been had.
    await sql`create function portcullis.begin_epoch(
        seen_epoch bigint, seen_nonce text, new_replid text, new_nonce text, longest_wait_ms integer)
      returns boolean
      language plpgsql set search_path = pg_catalog, pg_temp as $$
      declare
        current_timeline text;
      begin
        perform set_config('lock_timeout', longest_wait_ms::text, true);
        lock table portcullis.authority in exclusive mode;
        current_timeline := left(pg_walfile_name(pg_current_wal_lsn()), 8);
        update portcullis.authority
          set epoch = epoch + 1, replid = new_replid, nonce = new_nonce,
            settled = new_replid is not null and replid is null and settled
              and timeline is not distinct from current_timeline,
            timeline = current_timeline
          where epoch = seen_epoch and nonce is not distinct from seen_nonce;
        return found;
      ${giveUp}
      end $$
    `.execute(database);

    await sql`create function portcullis.settle_epoch(
        seen_epoch bigint, seen_nonce text, longest_wait_ms integer)
      returns void
      language plpgsql set search_path = pg_catalog, pg_temp as $$
      begin
        perform set_config('lock_timeout', longest_wait_ms::text, true);
        update portcullis.authority set settled = true
          where epoch = seen_epoch and nonce is not distinct from seen_nonce and not settled
            and timeline = left(pg_walfile_name(pg_current_wal_lsn()), 8);
      ${giveUp}
      end $$
    `.execute(database);

    // Brings a guard of before to flush under the same lock.
    await guardMigration.up(database);
  },
};
