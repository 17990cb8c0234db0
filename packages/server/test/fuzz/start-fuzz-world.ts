import { createTestDatabase, openPool, startRedis } from "@portcullis/test-servers";
import {
  createRedisStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { Kysely, PostgresDialect, sql } from "kysely";
import { createRedisLimitStore, migrateAuth } from "../../src/index.ts";
import type { AuthEvent } from "../../src/index.ts";
import type { AuthTables } from "../../src/repositories/tables.ts";
import { createNode } from "../start-auth.ts";
import type { TestNode } from "../start-auth.ts";
import { insertPerson, insertSignedIn, validInputs } from "../valid-calls.ts";
import type { Person, SignedInPerson } from "../valid-calls.ts";
import { walkRouter } from "../walk-router.ts";
import type { WalkedProcedure } from "../walk-router.ts";
import { itemsOf } from "./judge-answer.ts";
import type { WireAnswer } from "./judge-answer.ts";

/** Who calls. An admin has entered the password just now: the clock of the tests stands still. */
export const callerKinds = ["stranger", "user", "admin"] as const;
export type CallerKind = (typeof callerKinds)[number];

/** A call as it goes over the wire. */
export interface WireCall {
  readonly procedure: WalkedProcedure;
  /** The input: JSON, or what pretends to be. Absent for none. */
  readonly text?: string | Uint8Array<ArrayBuffer> | undefined;
  readonly isBatch?: boolean;
  readonly caller?: SignedInPerson | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What Postgres was sent: the text of a statement, and its values apart from it. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** An application on real servers, which are watched. */
export interface FuzzWorld extends AsyncDisposable {
  readonly node: TestNode;
  readonly redisUrl: string;
  /** A user whom admins may act on. */
  readonly other: Person;
  readonly procedures: readonly WalkedProcedure[];
  /** The texts of all statements so far. */
  readonly sqlTexts: ReadonlySet<string>;
  /** @throws when there is no answer in time, which bounds the tests and says nothing of speed. */
  send(call: WireCall): Promise<WireAnswer>;
  /** A caller in good standing: a new one when the last has been spoiled. */
  caller(kind: CallerKind): Promise<SignedInPerson | undefined>;
  /** An input that the procedure takes of that caller, as far as the tests know one. */
  validInput(path: string, kind: CallerKind): Promise<unknown>;
  /** All statements that were sent while the work went on. */
  statementsOf(work: () => Promise<void>): Promise<Statement[]>;
  /** What is wrong with the world, whatever was asked of it. */
  damage(): Promise<unknown[]>;
}

const answerDeadlineMs = 30_000;
/** Below the deadline above, and far above what a machine with other work takes. */
const serverDeadlineMs = 20_000;

/** Starts an application for hostile callers. The bounds on its servers are wide: they are well. */
export async function startFuzzWorld(): Promise<FuzzWorld> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  const redis = stack.use(await startRedis());

  const sqlTexts = new Set<string>();
  let recorded: Statement[] | undefined;
  const database = new Kysely<AuthTables>({
    dialect: new PostgresDialect({ pool: openPool(url, { max: 8 }) }),
    log({ query }) {
      sqlTexts.add(query.sql);
      recorded?.push({ sql: query.sql, parameters: query.parameters });
    },
  });
  stack.defer(() => database.destroy());
  await migrateWriteThrough(database);
  await migrateAuth(database);
  const cache = createWriteThroughCache({
    database,
    store: createRedisStore({ url: redis.url, timeoutMs: 10_000 }),
    databaseTimeoutMs: serverDeadlineMs,
  });
  stack.defer(() => cache.stop());
  await cache.start();
  const node = createNode(
    database,
    cache,
    { nowMs: Date.now() },
    {
      databaseTimeoutMs: serverDeadlineMs,
      limits: { store: createRedisLimitStore({ url: redis.url, timeoutMs: 10_000 }), scale: 1000 },
      roles: { custom: { moderator: ["users:read", "users:ban"] } },
    },
  );
  stack.defer(() => node.auth.stop());
  await node.auth.start();

  const other = await insertPerson(node);
  /** Users who may have another role than `user`: they were given one by an admin. */
  const elevated = new Set<string>();
  const callers = new Map<CallerKind, SignedInPerson>();
  /** Callers whose tokens may have been revoked by their last call. */
  const suspects = new Set<SignedInPerson>();

  async function isGood(person: SignedInPerson): Promise<boolean> {
    if (!suspects.has(person)) return true;
    if ((await node.me(person.tokens.accessToken)).status !== 200) return false;
    suspects.delete(person);
    return true;
  }

  async function caller(kind: CallerKind): Promise<SignedInPerson | undefined> {
    if (kind === "stranger") return undefined;
    const last = callers.get(kind);
    if (last !== undefined && (await isGood(last))) return last;
    const next = await insertSignedIn(node, kind);
    if (kind === "admin") elevated.add(next.id);
    callers.set(kind, next);
    return next;
  }

  /** Keeps count of what a call may rightly have changed. */
  function follow({ procedure, caller: person }: WireCall, answer: WireAnswer): void {
    const results = itemsOf(answer).filter((item) => item.kind === "result");
    const isChange = procedure.type === "mutation" && results.length > 0;
    if (isChange) for (const one of callers.values()) suspects.add(one);
    if (answer.status === 401 && person !== undefined) suspects.add(person);
    if (procedure.path !== "admin.users.setRole" || person !== callers.get("admin")) return;
    for (const { data } of results) elevated.add((data as Person).id);
  }

  const owned = stack.move();
  return {
    node,
    redisUrl: redis.url,
    other,
    procedures: walkRouter(node.auth.router),
    sqlTexts,
    caller,
    async send(call) {
      const response = await inTime(node.fetch(requestOf(call)), call);
      const answer = {
        status: response.status,
        headers: response.headers,
        text: await inTime(response.text(), call),
      };
      follow(call, answer);
      return answer;
    },
    async validInput(path, kind) {
      return validInputs[path]?.({ node, caller: await caller(kind), other });
    },
    async statementsOf(work) {
      const statements: Statement[] = [];
      recorded = statements;
      try {
        await work();
      } finally {
        recorded = undefined;
      }
      return statements;
    },
    async damage() {
      return [...takeFaults(node.events), ...(await brokenRows(node, elevated)), ...pollution()];
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function requestOf({ procedure, text, isBatch = false, caller, headers = {} }: WireCall): Request {
  const url = new URL(`http://api.test/trpc/auth.${procedure.path}`);
  if (isBatch) url.searchParams.set("batch", "1");
  const token = caller?.tokens.accessToken;
  const common = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers };
  if (procedure.type === "query") {
    const input = text instanceof Uint8Array ? new TextDecoder().decode(text) : text;
    if (input !== undefined) url.searchParams.set("input", input);
    return new Request(url, { headers: common });
  }
  return new Request(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...common },
    ...(text !== undefined && { body: text }),
  });
}

async function inTime<Value>(work: Promise<Value>, { procedure }: WireCall): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${procedure.path} did not answer in ${answerDeadlineMs} ms`)),
    answerDeadlineMs,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Events that say something is wrong with us: on servers that are well no input may cause one. */
const faultKinds: ReadonlySet<AuthEvent["kind"]> = new Set<AuthEvent["kind"]>([
  "audit_not_written",
  "breach_source_failed",
  "call_failed",
  "keys_not_reloaded",
  "keys_not_rotated",
  "mail_failed",
  "mail_given_up",
  "mail_worker_failed",
  "purge_failed",
]);

function takeFaults(events: AuthEvent[]): AuthEvent[] {
  return events.splice(0).filter(({ kind }) => faultKinds.has(kind));
}

/** Rows that no input may bring about. */
async function brokenRows(node: TestNode, elevated: ReadonlySet<string>): Promise<unknown[]> {
  const { rows } = await sql`
    select id::text, email, name, role, token_version::text from portcullis.user
    where email !~ '^[a-z0-9_''+.-]{1,64}@[a-z0-9.-]{1,189}$'
      or token_version < 1
      or char_length(name) not between 1 and 100
      or name ~ '[[:cntrl:]]'
      or password_hash not like '$argon2id$v=19$%'
      or (role <> 'user' and not id::text = any(${[...elevated]}))
    union all
    select id::text, '', '', '', token_version::text from portcullis.session
    where token_version < 1 or token_epoch < 1 or expires_at <= created_at
    union all
    select id, '', '', '', token_epoch::text from portcullis.realm where token_epoch < 1`.execute(
    node.database,
  );
  return rows;
}

const ownNames = (prototype: object): string => Reflect.ownKeys(prototype).map(String).join();
const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const namesAtFirst = prototypes.map(ownNames);

/** Names that have come to the prototypes that all objects share. */
function pollution(): string[] {
  const names = prototypes.map(ownNames).filter((now, index) => now !== namesAtFirst[index]);
  return "polluted" in {} ? [...names, "polluted"] : names;
}
