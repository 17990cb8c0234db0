import { readAuthMigrations, type Auth } from "@portcullis/server";
import type { Kysely } from "kysely";
import type { Environment } from "../../config.ts";
import { reasonOf } from "../../start-error.ts";
import type { Database } from "../../storage.ts";
import { fault, skipped, type Finding } from "./finding.ts";
import { judgeClock } from "./judge-clock.ts";
import { judgeConnection } from "./judge-connection.ts";
import { judgeLeases, judgeMigrations, judgePostgres, judgeRights } from "./judge-postgres.ts";
import { judgeSigningKeys } from "./judge-signing-keys.ts";
import {
  listLeases,
  listTableRights,
  readPostgresFacts,
  type PostgresFacts,
} from "./postgres-repository.ts";
import { postgresTls } from "./postgres-tls.ts";

interface PostgresExamination {
  readonly url: URL;
  readonly database: Kysely<Database>;
  readonly leaseMs: number;
  readonly environment: Environment;
  /** Absent when the configuration is not fit for it. */
  readonly auth: Auth | undefined;
}

/** Looks at Postgres, and at what is in it. */
export async function examinePostgres(examination: PostgresExamination): Promise<Finding[]> {
  const { database, url, environment } = examination;
  let facts: PostgresFacts;
  try {
    facts = await readPostgresFacts(database);
  } catch (error) {
    const place = `${url.hostname}:${url.port || "5432"}`;
    return [
      fault(
        "postgres",
        `Postgres can not be used at ${place}, where DATABASE_URL points: ${reasonOf(error)}.`,
        "Start it, or correct DATABASE_URL.",
      ),
      skipped("signing keys", "They are in Postgres."),
    ];
  }
  return [
    ...judgePostgres(facts),
    ...judgeConnection({
      subject: "postgres",
      server: "Postgres",
      variable: "DATABASE_URL",
      url,
      tls: postgresTls(url, facts.isEncrypted, environment["PGSSLMODE"]),
      tlsRemedy: "Add sslmode=verify-full to DATABASE_URL",
    }),
    ...(await examineTables(examination, facts)),
    judgeClock("Postgres", facts.clock),
  ];
}

async function examineTables(
  { database, leaseMs, auth }: PostgresExamination,
  facts: PostgresFacts,
): Promise<Finding[]> {
  try {
    const rights = judgeRights(await listTableRights(database));
    if (rights.state !== "ok") return [rights, skipped("signing keys", "They can not be read.")];
    const migrations = judgeMigrations(await readAuthMigrations(database), facts);
    if (migrations.state !== "ok") {
      return [migrations, skipped("signing keys", "Their table is not that of this release.")];
    }
    return [
      migrations,
      rights,
      ...judgeLeases(await listLeases(database), leaseMs),
      ...(auth === undefined
        ? [skipped("signing keys", "The configuration has to be mended first.")]
        : judgeSigningKeys(await auth.console.checkSigningKeys())),
    ];
  } catch (error) {
    const remedy = "See that Postgres stays up and answers within 5 s, and ask again.";
    return [fault("postgres", `The tables can not be looked at: ${reasonOf(error)}.`, remedy)];
  }
}
