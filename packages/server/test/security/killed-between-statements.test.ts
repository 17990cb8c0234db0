import { AsyncLocalStorage } from "node:async_hooks";
import type { Socket } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { createTestDatabase } from "@portcullis/test-servers";
import { createMemoryStore, createWriteThroughCache } from "@portcullis/write-through";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMemoryOutbox } from "../../src/index.ts";
import type { AuthTables } from "../../src/repositories/tables.ts";
import { claimsOf, createNode, migrate, openDatabase, reasonOf } from "../start-auth.ts";
import { permissionMatrix } from "../permission-matrix.ts";
import type { TestNode } from "../start-auth.ts";
import { insertPerson, validInputs } from "../valid-calls.ts";
import type { SignedInPerson } from "../valid-calls.ts";
import { signInQuickly } from "./quick-sign-in.ts";

/**
 * Every call that changes something, with its connection to Postgres lost before each of its
 * statements in turn, and between a commit and its answer: what is left is all of it or nothing, the
 * answer does not lie about it, and the cache says what Postgres says.
 */
const clock = { nowMs: Date.now() };
const stack = new AsyncDisposableStack();
let node: TestNode;
/** A way to the same database that is never lost. */
let direct: Kysely<AuthTables>;

/** Where a call loses its connection; the first of its statements is 1. */
type Loss =
  | { readonly at: "never" }
  /** Before so many statements that write; reads in between change nothing of what is left. */
  | { readonly at: "before write"; readonly number: number }
  /** When Postgres has carried a commit out, before its answer. */
  | { readonly at: "commit"; readonly number: number };

/** A call under observation. */
interface Observed {
  readonly loss: Loss;
  writes: number;
  commits: number;
  isLost: boolean;
  /** What comes later is not the call's own. */
  isAnswered: boolean;
}
const observed = new AsyncLocalStorage<Observed>();

type Query = (this: void, ...args: unknown[]) => unknown;

/** Loses the connection where the call that sends the statement is to lose it. */
function loseWhereAsked(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  const send = client.query.bind(client) as Query;
  client.query = ((...args: unknown[]) => {
    const seen = observed.getStore();
    if (seen === undefined || seen.isAnswered) return send(...args);
    const [statement] = args as [string];
    if (/^(?:insert|update|delete|commit)/.test(statement)) seen.writes += 1;
    if (statement === "commit") seen.commits += 1;
    const { loss } = seen;
    if (seen.isLost || loss.at === "never") return send(...args);
    if (loss.at === "before write" && loss.number === seen.writes) {
      seen.isLost = true;
      stream.resetAndDestroy();
    }
    if (loss.at === "commit" && loss.number === seen.commits) {
      seen.isLost = true;
      stream.pause();
      void isCommitted(client).then(() => stream.resetAndDestroy());
    }
    return send(...args);
  }) as typeof client.query;
}

/** Waits until Postgres has carried out the commit of a connection. */
async function isCommitted(client: pg.PoolClient): Promise<void> {
  const { processID } = client as unknown as { processID: number };
  const isDone = async (): Promise<boolean> => {
    const { rows } = await sql`
      select 1 from pg_stat_activity
      where pid = ${processID} and state = 'idle' and query = 'commit'`.execute(direct);
    return rows.length === 1;
  };
  await expect.poll(isDone, { interval: 5 }).toBe(true);
}

beforeAll(async () => {
  const { url } = stack.use(await createTestDatabase({ template: "auth", migrate }));
  direct = openDatabase(url);
  stack.defer(() => direct.destroy());
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
    loseWhereAsked(client);
  });
  const database = new Kysely<AuthTables>({ dialect: new PostgresDialect({ pool }) });
  stack.defer(() => database.destroy());
  const cache = createWriteThroughCache({ database, store: createMemoryStore(), leaseMs: 1000 });
  stack.defer(() => cache.stop());
  await cache.start();
  const outbox = createMemoryOutbox();
  const made = createNode(database, cache, clock, {
    roles: { custom: { moderator: ["users:read", "users:ban"] } },
    mail: {
      transport: {
        async send(mail, signal) {
          await outbox.transport.send(mail, signal);
          throw new Error("Queued mails stay queued here, to be counted");
        },
      },
      from: "auth@app.test",
      appUrl: "https://app.test",
    },
  });
  node = { ...made, outbox };
  stack.defer(() => node.auth.stop());
  await node.auth.start();
});
afterAll(() => stack.disposeAsync());

const watchedTables = [
  "portcullis.user",
  "portcullis.session",
  "portcullis.refresh_token",
  "portcullis.registration",
  "portcullis.email_token",
  "portcullis.realm",
  "portcullis.audit_event",
  "portcullis.mail",
] as const;

type Rows = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** All rows by their table and id. */
async function readAll(): Promise<Rows> {
  const rows = new Map<string, Record<string, unknown>>();
  const readTable = async (table: (typeof watchedTables)[number]): Promise<void> => {
    for (const row of await direct.selectFrom(table).selectAll().execute()) {
      // What is refused is written later, by itself.
      if ("outcome" in row && row.outcome === "refused") continue;
      rows.set(`${table} ${row.id}`, row);
    }
  };
  await Promise.all(watchedTables.map(readTable));
  return rows;
}

const tableOf = (key: string): string => key.split(" ")[0] ?? "";

/** What the worker of mails does by itself: makes a token, and puts the mail in the place of its request. */
const isWorkers = (change: string): boolean =>
  change === "added to portcullis.email_token " ||
  change === "changed in portcullis.registration: secret_hash" ||
  change.includes("portcullis.mail");

/** What has changed, without the ids that differ from one run to the next. */
function effectOf(before: Rows, after: Rows): string[] {
  const added = [...after]
    .filter(([key]) => !before.has(key))
    .map(([key, { kind }]) => `added to ${tableOf(key)} ${typeof kind === "string" ? kind : ""}`);
  const gone = [...before.keys()]
    .filter((key) => !after.has(key))
    .map((key) => `gone from ${tableOf(key)}`);
  const changed = [...after].flatMap(([key, row]) => {
    const old = before.get(key) ?? row;
    return Object.keys(row)
      .filter((column) => !isDeepStrictEqual(row[column], old[column]))
      .map((column) => `changed in ${tableOf(key)}: ${column}`);
  });
  const mails = countOf(after, "portcullis.mail") - countOf(before, "portcullis.mail");
  const changes = [...added, ...gone, ...changed].filter((change) => !isWorkers(change));
  return [...changes, ...(mails === 0 ? [] : [`${mails} mails`])].toSorted();
}

const countOf = (rows: Rows, table: string): number =>
  [...rows.keys()].filter((key) => tableOf(key) === table).length;

const queries = new Set([
  "me",
  "sessions.list",
  "account.activity",
  "admin.users.list",
  "admin.users.byId",
  "admin.auditLog",
]);

/** Makes one call of a procedure, and says what came of it. */
async function call(path: string, loss: Loss) {
  const caller = await signInQuickly(node, clock, "admin");
  const input = await validInputs[path]?.({ node, caller, other: await insertPerson(node) });
  const { accessToken: token } = caller.tokens;
  expect((await node.me(token)).status).toBe(200);
  const before = await readAll();
  const observation = { loss, writes: 0, commits: 0, isLost: false, isAnswered: false };
  const answer = await observed.run(observation, () =>
    node.mutate(`auth.${path}`, input, { token }),
  );
  observation.isAnswered = true;
  const after = await readAll();
  await expectAgreement(caller, after);
  return {
    caller,
    isLost: observation.isLost,
    reason: reasonOf(answer) ?? "done",
    effect: effectOf(before, after),
  };
}

/** The node takes the token exactly if the rows say so. */
async function expectAgreement({ id, tokens }: SignedInPerson, rows: Rows): Promise<void> {
  const { sid, epoch, ver } = claimsOf(tokens.accessToken);
  const user = rows.get(`portcullis.user ${id}`);
  const session = rows.get(`portcullis.session ${sid}`);
  const isLive =
    Number(user?.["token_version"]) === ver &&
    session?.["revoked_at"] === null &&
    Number(rows.get("portcullis.realm realm")?.["token_epoch"]) === epoch;
  expect((await node.me(tokens.accessToken)).status).toBe(isLive ? 200 : 401);
}

const mutations = Object.keys(permissionMatrix).filter((path) => !queries.has(path));

test.each(mutations)("V2.3.3 %s is done or not, wherever its connection is lost", async (path) => {
  const whole = await call(path, { at: "never" });
  expect(whole.reason).toBe("done");
  expect(whole.effect).not.toEqual([]);
  for (const at of ["before write", "commit"] as const) {
    for (let number = 1; ; number += 1) {
      const { isLost, reason, effect } = await call(path, { at, number });
      if (!isLost) break;
      const allowed = allowedEffects(path, whole.effect)[reason] ?? [];
      expect([at, number, reason, allowed]).toEqual([
        at,
        number,
        reason,
        expect.arrayContaining([effect]),
      ]);
    }
  }
});

type Effect = readonly string[];

/** What each answer may have left behind. */
function allowedEffects(path: string, whole: Effect): Partial<Record<string, readonly Effect[]>> {
  // A login ends the session that it replaces when its own is open: it alone takes two steps.
  const opening = whole.filter((change) => !/session_revoked|revoked_at/.test(change));
  return {
    done: [whole],
    unavailable: [[]],
    outcome_unknown: [[], whole, ...(path === "login" ? [opening] : [])],
  };
}

test("V2.3.3 RT-11 a refresh that was lost anywhere can be sent again", async () => {
  for (const at of ["before write", "commit"] as const) {
    for (let number = 1; ; number += 1) {
      const { isLost, caller } = await call("refresh", { at, number });
      if (!isLost) break;
      expect((await node.refresh(caller.tokens.refreshToken)).status).toBe(200);
    }
  }
});
