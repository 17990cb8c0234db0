import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { callers, permissionMatrix } from "../test/permission-matrix.ts";
import type { Caller } from "../test/permission-matrix.ts";
import {
  claimsOf,
  mailedToken,
  reasonOf,
  startWorld,
  testPassword,
  testSecret,
} from "../test/start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../test/start-auth.ts";
import { insertPerson, insertSignedIn, validInputs } from "../test/valid-calls.ts";
import type { Person, SignedInPerson } from "../test/valid-calls.ts";
import { walkRouter } from "../test/walk-router.ts";
import type { WalkedProcedure } from "../test/walk-router.ts";

let world: TestWorld;
let node: TestNode;
let procedures: WalkedProcedure[];

beforeAll(async () => {
  world = await startWorld({
    auth: {
      accounts: { requireVerifiedEmail: true },
      roles: { custom: { moderator: ["users:read", "users:ban"] } },
    },
  });
  [node] = world.nodes;
  procedures = walkRouter(node.auth.router);
});
afterAll(() => world[Symbol.asyncDispose]());

const rolesOf: Readonly<Record<Exclude<Caller, "stranger">, string>> = {
  user: "user",
  banned: "user",
  unverified: "user",
  deleted: "user",
  moderator: "moderator",
  admin: "admin",
  stale_admin: "admin",
};

/** Makes of a user in good standing what the matrix says of the caller. */
async function spoil(caller: Caller, { id, tokens }: SignedInPerson): Promise<void> {
  const { sid } = claimsOf(tokens.accessToken);
  switch (caller) {
    case "banned":
      return node.changeUser(id, { banned_at: new Date(0) });
    case "unverified":
      return node.changeUser(id, { email_verified_at: null });
    case "deleted":
      await node.cache.write([{ table: "auth_user", id }], (transaction) =>
        transaction.deleteFrom("portcullis.user").where("id", "=", id).execute(),
      );
      return;
    case "stale_admin":
      await node.cache.write([{ table: "auth_session", id: sid }], (transaction) =>
        transaction
          .updateTable("portcullis.session")
          .set({ authenticated_at: new Date(world.clock.nowMs - 301_000) })
          .where("id", "=", sid)
          .execute(),
      );
      return;
    default:
  }
}

async function insertBanned(): Promise<Person> {
  const other = await insertPerson(node);
  await node.changeUser(other.id, {
    banned_at: new Date(0),
    ban_reason: "Spam",
    ban_expires_at: new Date(world.clock.nowMs + 86_400_000),
  });
  return other;
}

interface StagedCall {
  readonly caller: SignedInPerson | undefined;
  readonly input: unknown;
  /** Calls the procedure over HTTP. */
  send(input?: unknown): Promise<Answer>;
}

/** Makes a call ready, with a caller of its own, so that no test sees what another left behind. */
async function stage(path: string, kind: Caller): Promise<StagedCall> {
  const procedure = procedures.find((one) => one.path === path);
  const makeInput = validInputs[path];
  if (procedure === undefined || makeInput === undefined) throw new Error(`No call of ${path}`);
  const caller = kind === "stranger" ? undefined : await insertSignedIn(node, rolesOf[kind]);
  const other = await insertBanned();
  const input = await makeInput({ node, caller, other });
  if (caller !== undefined) await spoil(kind, caller);
  const options = caller === undefined ? {} : { token: caller.tokens.accessToken };
  return {
    caller,
    input,
    send(sent = input) {
      if (procedure.type === "mutation") return node.mutate(`auth.${path}`, sent, options);
      const query = sent === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(sent))}`;
      return node.query(`auth.${path}${query}`, options);
    },
  };
}

/** All that a refused call must leave as it was. */
async function accountState(): Promise<unknown> {
  const { database } = node;
  return Promise.all([
    database.selectFrom("portcullis.user").selectAll().orderBy("id").execute(),
    database.selectFrom("portcullis.session").selectAll().orderBy("id").execute(),
    database.selectFrom("portcullis.refresh_token").selectAll().orderBy("id").execute(),
    database.selectFrom("portcullis.realm").selectAll().execute(),
  ]);
}

/** The fields of an answer, as the matrix names them. */
function fieldsOf(value: unknown, place = ""): string[] {
  if (Array.isArray(value)) {
    return [...new Set(value.flatMap((item) => fieldsOf(item, `${place}[]`)))];
  }
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) {
    return [place];
  }
  return Object.entries(value).flatMap(([key, child]) =>
    fieldsOf(child, place === "" ? key : `${place}.${key}`),
  );
}

const secretKey = /hash|secret|password|salt|crypt|private/i;

/** What of an answer is nobody's business, by its name or by what it is. */
function leaksIn({ text }: Answer): string[] {
  const names = fieldsOf(JSON.parse(text)).filter((field) => secretKey.test(field));
  const values = ["$argon2", testPassword, testSecret].filter((secret) => text.includes(secret));
  return [...names, ...values];
}

test("V8.2.1 V6.3.4 every procedure of the router has a row in the matrix, and every row a procedure", () => {
  const paths = procedures.map(({ path }) => path).toSorted();
  expect(Object.keys(permissionMatrix).toSorted()).toEqual(paths);
  expect(Object.keys(validInputs).toSorted()).toEqual(paths);
});

const cells = Object.entries(permissionMatrix).flatMap(([path, row]) =>
  callers.map((kind) => ({ path, kind, row, outcome: row.outcome[kind] })),
);

test.each(cells.filter(({ outcome }) => outcome === "runs"))(
  "V8.2.1 V8.2.3 $path runs for: $kind, and answers the fields of the matrix",
  async ({ path, kind, row }) => {
    const staged = await stage(path, kind);
    const answer = await staged.send();
    expect(reasonOf(answer)).toBeUndefined();
    expect(fieldsOf(answer.data).toSorted()).toEqual(row.output.toSorted());
    expect(leaksIn(answer)).toEqual([]);
  },
);

test.each(cells.filter(({ outcome }) => outcome !== "runs"))(
  "V8.2.1 $path refuses $kind with $outcome, and changes nothing",
  async ({ path, kind, outcome }) => {
    const staged = await stage(path, kind);
    const before = await accountState();
    const answer = await staged.send();
    expect(reasonOf(answer)).toBe(outcome);
    expect(answer.data).toBeUndefined();
    expect(leaksIn(answer)).toEqual([]);
    expect(await accountState()).toEqual(before);
  },
);

/** An input that no procedure takes. */
const nonsense = { nonsense: true };

test("V8.2.1 who may not call a procedure is told so before anything is said of the input", async () => {
  const expected: unknown[] = [];
  const seen: unknown[] = [];
  for (const kind of ["stranger", "user"] as const) {
    for (const { path } of procedures) {
      const outcome = permissionMatrix[path]?.outcome[kind];
      if (outcome !== "unauthenticated" && outcome !== "permission_denied") continue;
      const { send } = await stage(path, kind);
      expected.push([kind, path, outcome]);
      seen.push([kind, path, reasonOf(await send(nonsense))]);
    }
  }
  expect(expected.length).toBeGreaterThan(0);
  expect(seen).toEqual(expected);
  // The same input is refused of those who may call.
  const { send } = await stage("me", "user");
  expect(reasonOf(await send(nonsense))).toBe("input_invalid");
});

test("V6.3.4 no procedure gives tokens to those who may not sign in, nor to strangers", () => {
  for (const [path, row] of Object.entries(permissionMatrix)) {
    const names = row.output.map((field) => field.split(".").at(-1));
    const isMinting = names.includes("accessToken") || names.includes("refreshToken");
    expect([path, isMinting]).toEqual([path, row.mintsTokens]);
    if (!isMinting) continue;
    for (const kind of ["stranger", "banned", "unverified", "deleted"] as const) {
      expect([path, kind, row.outcome[kind]]).not.toEqual([path, kind, "runs"]);
    }
  }
});

/** What an attacker would like to set; those of them that a procedure does take are left out. */
const wishes = {
  id: "00000000-0000-4000-8000-000000000001",
  userId: "00000000-0000-4000-8000-000000000001",
  role: "admin",
  tokenVersion: 1,
  token_version: 1,
  version: 1,
  emailVerified: true,
  email_verified_at: 0,
  bannedAt: null,
  banned_at: null,
  createdAt: 0,
  password: testPassword,
  newPassword: testPassword,
  passwordHash: "$argon2id$",
  password_hash: "$argon2id$",
  permissions: ["users:read"],
  isAdmin: true,
  constructor: {},
  prototype: {},
};

test.each(Object.entries(permissionMatrix))(
  "V15.3.3 API-20 %s takes the fields of the matrix and no others",
  async (path, row) => {
    const [schema] = procedures.find((one) => one.path === path)?.inputs ?? [];
    const fields = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    expect(fields.toSorted()).toEqual(row.input.toSorted());

    const staged = await stage(path, "admin");
    const before = await accountState();
    for (const [key, value] of Object.entries(wishes)) {
      if (row.input.includes(key)) continue;
      const answer = await staged.send({ ...(staged.input as object), [key]: value });
      expect([key, reasonOf(answer)]).toEqual([key, "input_invalid"]);
    }
    // As an own property, the way JSON.parse makes it.
    const polluted = { ...(staged.input as object), ["__proto__"]: { role: "admin" } };
    expect(reasonOf(await staged.send(polluted))).toBe("input_invalid");
    expect(({} as { role?: string }).role).toBeUndefined();
    expect(await accountState()).toEqual(before);
  },
);

test("V6.4.6 admins have no way to choose a user's password", () => {
  const rows = Object.entries(permissionMatrix).filter(([path]) => path.startsWith("admin."));
  expect(rows.length).toBeGreaterThan(0);
  for (const [path, { input }] of rows) {
    expect([path, input.filter((field) => secretKey.test(field))]).toEqual([path, []]);
  }
});

/** The places of an input where a caller may send as much as they like. */
function unboundedPlaces(schema: z.core.JSONSchema.BaseSchema, place: string): string[] {
  if (schema.anyOf !== undefined) {
    return schema.anyOf.flatMap((option) => unboundedPlaces(option, place));
  }
  switch (schema.type) {
    case "null":
      return [];
    case "string": {
      const isListed = schema.enum !== undefined || schema.const !== undefined;
      const isBounded = isListed || (schema.maxLength ?? Infinity) <= 1024;
      return isBounded ? [] : [place];
    }
    case "integer":
      return schema.maximum === undefined || schema.minimum === undefined ? [place] : [];
    case "object":
      return [
        ...(schema.additionalProperties === false ? [] : [`${place}: unknown fields`]),
        ...Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
          unboundedPlaces(property as z.core.JSONSchema.BaseSchema, `${place}.${key}`),
        ),
      ];
    default:
      return [`${place}: a kind this test does not know`];
  }
}

test("V2.1.1 every input has a bound in every field, and takes no other fields", () => {
  for (const { path, inputs } of procedures) {
    const places = inputs.flatMap((input) =>
      input instanceof z.ZodVoid
        ? []
        : unboundedPlaces(z.toJSONSchema(input, { io: "input" }), path),
    );
    expect([path, inputs.length, places]).toEqual([path, 1, []]);
  }
});

test("V8.2.2 the ids and tokens of another user are as good as none", async () => {
  const victim = await insertSignedIn(node);
  const thief = await insertSignedIn(node);
  const email = `${victim.id}@elsewhere.test`;
  await node.mutate("auth.account.changeEmail", { email }, { token: victim.tokens.accessToken });
  const token = await mailedToken(node, email, "confirm-email");
  const { sid: sessionId } = claimsOf(victim.tokens.accessToken);
  const before = await accountState();
  const attempts: [string, object, string][] = [
    ["sessions.revoke", { sessionId }, "session_not_found"],
    ["account.confirmEmail", { token }, "email_token_invalid"],
    ["resetPassword", { token, newPassword: testPassword }, "email_token_invalid"],
    ["verifyEmail", { token, password: testPassword }, "email_token_invalid"],
    ["admin.users.ban", { userId: victim.id, reason: "Spite" }, "permission_denied"],
    ["admin.users.unban", { userId: victim.id }, "permission_denied"],
    ["admin.users.logout", { userId: victim.id }, "permission_denied"],
    ["admin.users.setRole", { userId: thief.id, role: "admin" }, "permission_denied"],
  ];
  for (const [path, input, reason] of attempts) {
    const answer = await node.mutate(`auth.${path}`, input, { token: thief.tokens.accessToken });
    expect([path, reasonOf(answer)]).toEqual([path, reason]);
  }
  for (const [path, input] of [
    ["admin.users.byId", { userId: victim.id }],
    ["admin.users.list", { search: victim.email }],
    ["admin.auditLog", { userId: victim.id }],
  ] as const) {
    const query = `auth.${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
    const answer = await node.query(query, { token: thief.tokens.accessToken });
    expect([path, reasonOf(answer)]).toEqual([path, "permission_denied"]);
    expect(answer.text).not.toContain(victim.email);
  }
  expect(await accountState()).toEqual(before);
  // The token was good all along, for its owner.
  const confirmed = await node.mutate(
    "auth.account.confirmEmail",
    { token },
    { token: victim.tokens.accessToken },
  );
  expect(confirmed.data).toMatchObject({ email });
});
