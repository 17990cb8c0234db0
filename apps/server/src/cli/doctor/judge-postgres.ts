import type { AuthMigrationStatus } from "@portcullis/server";
import { fault, fine, warning, type Finding } from "./finding.ts";
import type { PostgresFacts, TableRights } from "./postgres-repository.ts";

const oldestVersion = 15;

export function judgePostgres(facts: PostgresFacts): Finding[] {
  const findings: Finding[] = [];
  if (facts.versionNumber < oldestVersion * 10_000) {
    findings.push(
      fault(
        "postgres",
        `This is Postgres ${facts.version}.`,
        `Use Postgres ${oldestVersion} or later.`,
      ),
    );
  }
  if (facts.isStandby) {
    findings.push(
      fault("postgres", "This Postgres is a standby.", "Set DATABASE_URL to its primary."),
    );
  } else if (facts.isReadOnly) {
    findings.push(
      fault(
        "postgres",
        "This Postgres only reads.",
        "Set DATABASE_URL to the primary, or take default_transaction_read_only from the role or the database.",
      ),
    );
  }
  if (facts.isSuperuser) {
    findings.push(
      warning(
        "postgres",
        "The role of DATABASE_URL is a superuser, who may do everything to all databases.",
        "Make a role of its own that owns its database: `create role portcullis login`, `create database portcullis owner portcullis`.",
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [fine("postgres", `Postgres ${facts.version} answers, as the primary.`)];
}

export function judgeMigrations(
  { migrations, unknown }: AuthMigrationStatus,
  { mayCreate }: PostgresFacts,
): Finding {
  const pending = migrations.filter(({ appliedAt }) => appliedAt === null);
  if (unknown.length > 0) {
    return fault(
      "postgres",
      `A newer release has changed the tables: ${unknown.join(", ")}.`,
      "Use that release, or have it undo them with `migrate down`.",
    );
  }
  if (pending.length === 0) return fine("postgres", "The tables are those of this release.");
  const isFresh = pending.length === migrations.length;
  const message = isFresh
    ? "The tables have not been made."
    : `The tables are those of an older release; missing: ${pending.map(({ name }) => name).join(", ")}.`;
  if (isFresh && !mayCreate) {
    return fault(
      "postgres",
      `${message} The role of DATABASE_URL may not make them.`,
      "Grant it CREATE on the database, or run `migrate up` with the URL of a role that has it.",
    );
  }
  return fault("postgres", message, "Run `migrate up`, or start the service, which does the same.");
}

type Right = Exclude<keyof TableRights, "table">;

const all: readonly Right[] = ["select", "insert", "update", "delete"];

/** What the service does with its tables, as `docs/least-privilege.md` grants it. */
const neededRights: Readonly<Partial<Record<string, readonly Right[]>>> = {
  audit_event: ["select", "insert", "delete"],
  auth_migration: ["select"],
  authority: ["select", "update"],
  email_token: all,
  mail: all,
  node: all,
  oauth_client: ["select", "insert", "update"],
  post: all,
  realm: ["select", "update"],
  refresh_token: ["select", "insert", "update"],
  registration: all,
  session: all,
  signing_key: ["select", "insert", "update"],
  user: all,
};

export function judgeRights(tables: readonly TableRights[]): Finding {
  const lacking = tables.flatMap((rights) => {
    const missing = (neededRights[rights.table] ?? []).filter((right) => !rights[right]);
    return missing.length === 0 ? [] : [`${missing.join(", ")} on ${rights.table}`];
  });
  if (lacking.length === 0) {
    return fine("postgres", "The role of DATABASE_URL has the rights that the service needs.");
  }
  return fault(
    "postgres",
    `The role of DATABASE_URL may not: ${lacking.join("; ")}.`,
    "Have the owner of the tables grant it what docs/least-privilege.md lists, with USAGE on the schema portcullis.",
  );
}

export function judgeLeases(leases: readonly number[], leaseMs: number): Finding[] {
  const others = leases.filter((lease) => lease !== leaseMs);
  if (others.length === 0) return [];
  return [
    fault(
      "configuration",
      `LEASE_MS is ${leaseMs} here, and ${others.join(" and ")} in the running service.`,
      "Set LEASE_MS as the service has it, or stop all nodes to change it. A node that was killed leaves the list with the next change.",
    ),
  ];
}
