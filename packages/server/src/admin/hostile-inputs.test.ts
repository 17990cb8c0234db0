import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reasonOf, startWorld } from "../../test/start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../../test/start-auth.ts";
import { insertSignedIn } from "../../test/valid-calls.ts";
import type { SignedInPerson } from "../../test/valid-calls.ts";
import type { UserPage } from "../contract.ts";
import { writeCursor } from "./cursor.ts";

let world: TestWorld;
let node: TestNode;
let admin: SignedInPerson;

const names = ["100% Ada", "a_b", "axb", "back\\slash", "backslash", "it's", "C", "\\%_"];

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
  admin = await insertSignedIn(node, "admin");
  for (const name of names) {
    const { tokens } = await insertSignedIn(node);
    await node.mutate("auth.account.rename", { name }, { token: tokens.accessToken });
  }
});
afterAll(() => world[Symbol.asyncDispose]());

const ask = (path: string, input: unknown): Promise<Answer> =>
  node.query(`auth.${path}?input=${encodeURIComponent(JSON.stringify(input))}`, {
    token: admin.tokens.accessToken,
  });

describe("DB-02 a search", () => {
  test.each([
    ["%", ["100% Ada", "\\%_"]],
    ["_", ["a_b", "\\%_"]],
    ["a_b", ["a_b"]],
    ["\\", ["back\\slash", "\\%_"]],
    ["\\%", ["\\%_"]],
    ["\\%_", ["\\%_"]],
    ["back\\slash", ["back\\slash"]],
    ["%%%%", []],
    ["' or '1'='1", []],
    ["it's", ["it's"]],
    ["*", []],
    ["$1", []],
  ])("for %j finds what has it, and wildcards are letters", async (search, expected) => {
    const { users } = (await ask("admin.users.list", { search, limit: 100 })).data as UserPage;
    expect(users.map((user) => user.name).toSorted()).toEqual(expected.toSorted());
  });

  test.each([
    ["of 10 KB", "%".repeat(10_240)],
    ["of 101 characters", "a".repeat(101)],
    ["for nothing", ""],
    ["for NUL", "\0"],
    ["for half a character", "\ud800"],
    ["for a number", 1],
    ["for a list", ["a"]],
    ["for an object", { ilike: "%" }],
  ])("%s is refused", async (_, search) => {
    expect(reasonOf(await ask("admin.users.list", { search }))).toBe("input_invalid");
  });

  test("of 100 characters beyond the first plane is taken", async () => {
    const answer = await ask("admin.users.list", { search: "\u{1f600}".repeat(100) });
    expect(answer.data).toEqual({ users: [] });
  });
});

const id = "00000000-0000-4000-8000-000000000000";
const encode = (text: string): string => Buffer.from(text).toString("base64url");

describe("DB-01 a cursor", () => {
  const ofUsers = { createdAtMicros: 1_767_225_600_000_000, id };
  const good = writeCursor(ofUsers);

  test("that was given out is taken, by its own list only", async () => {
    expect((await ask("admin.users.list", { cursor: good })).status).toBe(200);
    for (const path of ["admin.auditLog", "account.activity"]) {
      expect((await ask(path, { cursor: writeCursor({ id: 7 }) })).status).toBe(200);
      expect(reasonOf(await ask(path, { cursor: good }))).toBe("input_invalid");
    }
    const ofLog = writeCursor({ id: 7 });
    expect(reasonOf(await ask("admin.users.list", { cursor: ofLog }))).toBe("input_invalid");
  });

  test("whatever time it names is taken, as far as Postgres knows it", async () => {
    for (const createdAtMicros of [0, 1, Number.MAX_SAFE_INTEGER]) {
      const cursor = writeCursor({ createdAtMicros, id });
      expect((await ask("admin.users.list", { cursor })).status).toBe(200);
    }
    const cursor = writeCursor({ id: Number.MAX_SAFE_INTEGER });
    for (const path of ["admin.auditLog", "account.activity"]) {
      expect((await ask(path, { cursor })).status).toBe(200);
    }
  });

  test.each([
    ["empty", ""],
    ["not base64url", "' or '1'='1"],
    ["with padding", `${good}=`],
    ["with a blank", ` ${good}`],
    ["with a line end", `${good}\n`],
    ["in base64 proper", Buffer.from("\u00ff\u00fe?").toString("base64")],
    ["cut off", good.slice(0, -2)],
    ["of other last bits", `${good.slice(0, -1)}${good.endsWith("1") ? "2" : "1"}`],
    ["not JSON", encode("{")],
    ["not UTF-8", Buffer.from([0xff, 0xfe]).toString("base64url")],
    ["with blanks in its JSON", encode(JSON.stringify(ofUsers, null, 1))],
    ["with keys in another order", encode(JSON.stringify({ id, createdAtMicros: 1 }))],
    ["with a key twice", encode(`{"createdAtMicros":1,"createdAtMicros":2,"id":"${id}"}`)],
    ["with a further key", writeCursor({ ...ofUsers, role: "admin" })],
    ["with __proto__", encode(`{"__proto__":{},"createdAtMicros":1,"id":"${id}"}`)],
    ["with a negative time", writeCursor({ createdAtMicros: -1, id })],
    ["with an endless time", encode(`{"createdAtMicros":1e999,"id":"${id}"}`)],
    ["with a time that is no integer", writeCursor({ createdAtMicros: 0.5, id })],
    [
      "with a time past the safe integers",
      encode(`{"createdAtMicros":9007199254740993,"id":"${id}"}`),
    ],
    ["with a time as text", writeCursor({ createdAtMicros: "now()", id })],
    ["with SQL for an id", writeCursor({ createdAtMicros: 1, id: "' or '1'='1" })],
    ["with a list for an id", writeCursor({ createdAtMicros: 1, id: [id] })],
    ["of null", writeCursor(null)],
    ["of a list", writeCursor([1, id])],
    ["of great depth", encode("[".repeat(100))],
    ["of 10 KB", "A".repeat(10_240)],
    ["a number", 1],
    ["an object", ofUsers],
  ])("%s is refused", async (_, cursor) => {
    for (const path of ["admin.users.list", "admin.auditLog", "account.activity"]) {
      expect([path, reasonOf(await ask(path, { cursor }))]).toEqual([path, "input_invalid"]);
    }
  });
});

describe("DB-01 a page", () => {
  test.each([0, -1, 101, 1e9, 0.5, "50", null, [50], { limit: 1 }])(
    "of %j entries is refused",
    async (limit) => {
      for (const path of ["admin.users.list", "admin.auditLog", "account.activity"]) {
        expect([path, reasonOf(await ask(path, { limit }))]).toEqual([path, "input_invalid"]);
      }
    },
  );

  test("cannot be ordered by the caller", async () => {
    for (const wish of [{ orderBy: "password_hash" }, { sort: "role" }, { dir: "asc" }]) {
      expect(reasonOf(await ask("admin.users.list", wish))).toBe("input_invalid");
    }
  });
});

describe("V1.3.9 an id", () => {
  test.each([
    ["a pattern", "*"],
    ["a key of the cache", `auth_user:${id}`],
    ["a class", "[a]"],
    ["a hash tag", "{a}"],
    ["a command", "\r\nFLUSHALL\r\n"],
    ["NUL", "\0"],
    ["a blank", " "],
    ["10 KB", "a".repeat(10_240)],
    ["in upper case", "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA"],
    ["with a line end", `${id}\n`],
    ["with a quote", `${id}'`],
    ["a path", "../realm"],
  ])("that is %s is refused before it is a key", async (_, userId) => {
    const inputs = {
      ban: { userId, reason: "Spam" },
      unban: { userId },
      logout: { userId },
      setRole: { userId, role: "user" },
    };
    for (const [name, input] of Object.entries(inputs)) {
      const options = { token: admin.tokens.accessToken };
      const answer = await node.mutate(`auth.admin.users.${name}`, input, options);
      expect([name, reasonOf(answer)]).toEqual([name, "input_invalid"]);
    }
    expect(reasonOf(await ask("admin.users.byId", { userId }))).toBe("input_invalid");
    expect(reasonOf(await ask("admin.auditLog", { userId }))).toBe("input_invalid");
  });
});

test("DB-02 a search that takes too long is ended in Postgres too", async () => {
  await using own = await startWorld({ auth: { databaseTimeoutMs: 300 } });
  const [there] = own.nodes;
  const { tokens } = await insertSignedIn(there, "admin");
  // From now on the check of the token needs no query.
  expect((await there.me(tokens.accessToken)).status).toBe(200);
  await there.database.transaction().execute(async (transaction) => {
    await sql`lock table portcullis.user in access exclusive mode`.execute(transaction);
    const input = encodeURIComponent(JSON.stringify({ search: "a" }));
    const answer = await there.query(`auth.admin.users.list?input=${input}`, {
      token: tokens.accessToken,
    });
    expect(reasonOf(answer)).toBe("unavailable");
    const waiting = async (): Promise<unknown[]> => {
      const { rows } = await sql`
        select query from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database()`.execute(there.database);
      return rows;
    };
    await expect.poll(waiting).toEqual([]);
  });
});
