import { openPool } from "@portcullis/test-servers";
import { Kysely, PostgresDialect, sql, type Transaction } from "kysely";

const rowsAStatement = 50_000;
const statementTimeoutMs = 300_000;

/** Which users to make: those of these numbers, with so many sessions each. */
export interface SeedRange {
  /** Makes the ids of one database differ from those of another, and its secrets unknown. */
  readonly seed: string;
  readonly first: number;
  readonly count: number;
  readonly sessionsPerUser: number;
}

/** The one whose password hash all others get. */
export interface SeedTemplate {
  readonly email: string;
  readonly userAgent: string;
  readonly addresses: number;
}

/** What is asked of the database of a stage past the service. */
export interface SeedRepository extends AsyncDisposable {
  /** @throws the signal's reason, with a part of them made. */
  readonly insertUsers: (
    range: SeedRange,
    template: SeedTemplate,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Commits and rollbacks in this database since it was made; a second late. */
  readonly countTransactions: () => Promise<number>;
  readonly describe: () => Promise<{ readonly version: string; readonly isDurable: boolean }>;
  /** The password hash of a user. */
  readonly passwordHashOf: (email: string) => Promise<string>;
  /** Copies all sessions into a table that no cache knows of, for {@link revokeBarely}. */
  readonly copySessions: () => Promise<void>;
  /** What a log-out would be without a cache: one row, in a transaction of its own. */
  readonly revokeBarely: (sessionId: string) => Promise<void>;
}

export function openSeedRepository(url: string): SeedRepository {
  const pool = openPool(url, {
    max: 2,
    connectionTimeoutMillis: 10_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 5000,
  });
  const database = new Kysely<StageTables>({ dialect: new PostgresDialect({ pool }) });
  return {
    async insertUsers(range, template, signal) {
      const end = range.first + range.count;
      for (let first = range.first; first < end; first += rowsAStatement) {
        signal.throwIfAborted();
        const count = Math.min(rowsAStatement, end - first);
        await database
          .transaction()
          .execute((transaction) => insertPart(transaction, { ...range, first, count }, template));
      }
      // Else the plans of the first minute are those of empty tables.
      await sql`analyze portcullis.user, portcullis.session, portcullis.refresh_token`.execute(
        database,
      );
    },
    async countTransactions() {
      const { rows } = await sql<{ count: string }>`
        select xact_commit + xact_rollback as count
        from pg_stat_database where datname = current_database()`.execute(database);
      return Number(rows[0]?.count ?? 0);
    },
    async describe() {
      const { rows } = await sql<{ version: string; fsync: string }>`select
        current_setting('server_version') as version,
        current_setting('fsync') as fsync`.execute(database);
      const [row] = rows;
      return {
        version: row?.version.split(" ")[0] ?? "unknown",
        isDurable: row?.fsync === "on",
      };
    },
    async passwordHashOf(email) {
      const { rows } = await sql<{ hash: string }>`
        select password_hash as hash from portcullis.user where email = ${email}`.execute(database);
      const [row] = rows;
      if (row === undefined) throw new Error("There is no user whose password hash could be taken");
      return row.hash;
    },
    async copySessions() {
      await sql`create table bare_session (like portcullis.session including all)`.execute(
        database,
      );
      await sql`insert into bare_session select * from portcullis.session`.execute(database);
      await sql`analyze bare_session`.execute(database);
    },
    async revokeBarely(sessionId) {
      await database
        .transaction()
        .execute((transaction) =>
          transaction
            .updateTable("bare_session")
            .set({ revoked_at: new Date() })
            .where("id", "=", sessionId)
            .execute(),
        );
    },
    [Symbol.asyncDispose]: () => database.destroy(),
  };
}

interface StageTables {
  bare_session: { id: string; revoked_at: Date | null };
}

/** The same values as `seeded-users.ts` makes of the same numbers. */
async function insertPart(
  transaction: Transaction<StageTables>,
  { seed, first, count, sessionsPerUser }: SeedRange,
  { email, userAgent, addresses }: SeedTemplate,
): Promise<void> {
  const last = first + count - 1;
  await sql`
    insert into portcullis.user
      (id, email, name, role, password_hash, token_version, email_verified_at, created_at)
    select ${idOf(seed, "user")}, 'user-' || n || '@loadtest.example', 'User ' || n, 'user',
      (select password_hash from portcullis.user where email = ${email}), 1, now(), now()
    from (select n, n::text as number from generate_series(${first}::int, ${last}::int) as n) as s`.execute(
    transaction,
  );
  await sql`
    insert into portcullis.session
      (id, user_id, token_version, token_epoch, user_agent, address,
       created_at, last_used_at, authenticated_at, expires_at)
    select ${idOf(seed, "session")}, user_id, 1, (select token_epoch from portcullis.realm),
      ${userAgent}, host('10.0.0.0'::inet + (n % ${addresses}::int)),
      now(), now(), now(), now() + interval '30 days'
    from (
      select n, n || '/' || at as number, ${idOf(seed, "user", "n::text")} as user_id
      from generate_series(${first}::int, ${last}::int) as n,
        generate_series(0, ${sessionsPerUser}::int - 1) as at) as s`.execute(transaction);
  await sql`
    insert into portcullis.refresh_token
      (id, session_id, secret_hash, generation, created_at, expires_at)
    select ${idOf(seed, "refresh")}, ${idOf(seed, "session")},
      sha256(sha256(convert_to(${`${seed}:secret:`} || number, 'UTF8'))),
      1, now(), now() + interval '14 days'
    from (
      select n || '/' || at as number
      from generate_series(${first}::int, ${last}::int) as n,
        generate_series(0, ${sessionsPerUser}::int - 1) as at) as s`.execute(transaction);
}

/** A UUID of version 4 made of a name and a number, which is text. */
function idOf(seed: string, kind: string, number: "number" | "n::text" = "number") {
  const text = number === "number" ? sql`number` : sql`n::text`;
  return sql`overlay(overlay(
    left(encode(sha256(convert_to(${`${seed}:${kind}:`} || ${text}, 'UTF8')), 'hex'), 32)
    placing '4' from 13 for 1) placing '8' from 17 for 1)::uuid`;
}
