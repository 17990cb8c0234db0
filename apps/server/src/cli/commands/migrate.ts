import { readAuthMigrations, undoAuthMigration } from "@portcullis/server";
import { defineCommand } from "citty";
import type { Kysely } from "kysely";
import { migrateAll } from "../../migrate-all.ts";
import type { Database } from "../../storage.ts";
import { done, type CommandOutcome } from "../command-outcome.ts";
import { askingArgs, commonArgs } from "../common-args.ts";
import { refuseUnlessConfirmed } from "../confirm.ts";
import type { CommandContext } from "../context.ts";
import { countListedNodes, listApplied } from "../migrations-repository.ts";
import { alignColumns } from "../text.ts";
import { withStorage } from "../with-storage.ts";

/** A new index of a large table takes its time. */
const statementTimeoutMs = 600_000;

const noWayDown =
  "Only the tables of auth have a way down; those of the cache and of the posts have none.";

export function migrateCommands(context: CommandContext) {
  return defineCommand({
    meta: { name: "portcullis migrate", description: "The database's tables: up, status, down" },
    subCommands: {
      up: defineCommand({
        meta: { name: "up", description: "Create the tables, or bring them up to date" },
        args: commonArgs,
        run: () =>
          withStorage(context, ({ storage }) => migrateUp(storage.database), {
            statementTimeoutMs,
          }),
      }),
      status: defineCommand({
        meta: { name: "status", description: "Show which migrations were applied" },
        args: commonArgs,
        run: () => withStorage(context, ({ storage }) => showStatus(storage.database)),
      }),
      down: defineCommand({
        meta: {
          name: "down",
          description: "Undo the last migration of auth, for going back to an older release",
        },
        args: askingArgs,
        run: ({ args: { yes } }) =>
          withStorage(context, ({ storage }) => migrateDown(context, storage.database, yes), {
            statementTimeoutMs,
          }),
      }),
    },
  });
}

/** The migrations of one part, in the order in which the parts are migrated. */
interface PartMigrations {
  readonly part: "cache" | "auth" | "posts";
  readonly applied: readonly string[];
  /** `null`: only the part itself knows. */
  readonly pending: readonly string[] | null;
  /** Applied by a newer release. */
  readonly unknown: readonly string[];
}

async function readMigrations(database: Kysely<Database>): Promise<readonly PartMigrations[]> {
  const cache = await listApplied(database, "portcullis.write_through_migration");
  const { migrations, unknown } = await readAuthMigrations(database);
  const posts = await listApplied(database, "post_migration");
  const namesWhere = (isApplied: boolean): readonly string[] =>
    migrations
      .filter(({ appliedAt }) => (appliedAt !== null) === isApplied)
      .map(({ name }) => name);
  return [
    { part: "cache", applied: cache, pending: null, unknown: [] },
    { part: "auth", applied: namesWhere(true), pending: namesWhere(false), unknown },
    { part: "posts", applied: posts, pending: null, unknown: [] },
  ];
}

async function migrateUp(database: Kysely<Database>): Promise<CommandOutcome> {
  const before = await readMigrations(database);
  await migrateAll(database);
  const applied = (await readMigrations(database)).flatMap(({ part, applied: names }, index) =>
    names.filter((name) => !before[index]?.applied.includes(name)).map((name) => ({ part, name })),
  );
  if (applied.length === 0) return done({ applied }, ["The tables are up to date already."]);
  return done({ applied }, [
    ...alignColumns(applied.map(({ part, name }) => [part, name, "applied"])),
    "The tables are up to date.",
  ]);
}

async function showStatus(database: Kysely<Database>): Promise<CommandOutcome> {
  const parts = await readMigrations(database);
  return done({ parts }, [...alignColumns(parts.flatMap(rowsOf)), noWayDown]);
}

function rowsOf({ part, applied, pending, unknown }: PartMigrations): string[][] {
  const rows = [
    ...applied.map((name) => [part, name, "applied"]),
    ...(pending ?? []).map((name) => [part, name, "not applied: run `migrate up`"]),
    ...unknown.map((name) => [part, name, "applied by a newer release"]),
  ];
  return rows.length > 0 ? rows : [[part, "-", "not applied: run `migrate up`"]];
}

async function migrateDown(
  { terminal }: CommandContext,
  database: Kysely<Database>,
  isYes: boolean | undefined,
): Promise<CommandOutcome> {
  const { migrations } = await readAuthMigrations(database);
  const last = migrations.findLast(({ appliedAt }) => appliedAt !== null);
  if (last === undefined) {
    return done({ undone: null }, ["There is nothing to undo.", noWayDown]);
  }
  const nodes = await countListedNodes(database);
  const warning =
    nodes === 0
      ? ""
      : ` ${nodes} ${nodes === 1 ? "node is" : "nodes are"} in the list of those that run: stop them first.`;
  const question = `Undo ${last.name}? What its tables and columns hold is lost.${warning}`;
  const refusal = await refuseUnlessConfirmed(terminal, question, isYes);
  if (refusal !== undefined) return refusal;
  const outcome = await undoAuthMigration(database);
  return done({ undone: outcome.kind === "undone" ? outcome.name : null }, [
    outcome.kind === "undone" ? `Undid ${outcome.name}.` : "There is nothing to undo.",
    "Start an older release now: this one makes it again when it starts.",
    noWayDown,
  ]);
}
