import { parseOptions } from "@node-rs/argon2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const wireForm = (answer: Answer): string =>
  JSON.stringify([answer.status, [...answer.headers], answer.text]);

test("EN-02 a new and a used email get the same bytes, and the first owner keeps the account", async () => {
  const fresh = await node.register("owner@example.test");
  const used = await node.register("owner@example.test", "the attacker's own password");
  expect(wireForm(used)).toBe(wireForm(fresh));
  expect((await node.login("owner@example.test")).user.name).toBe("Ada");
  const attack = await node.mutate("auth.login", {
    email: "owner@example.test",
    password: "the attacker's own password",
  });
  expect(reasonOf(attack)).toBe("invalid_credentials");
  const isOfCalls = (kind: string): boolean => !/^(?:mail|key)_/.test(kind);
  const kinds = node.events.map((event) => event.kind).filter(isOfCalls);
  expect(kinds).toEqual([
    "registration_accepted",
    "registration_accepted",
    "login_succeeded",
    "login_failed",
  ]);
});

test("DB-06 a hundred registrations at once of one email in three spellings make one account", async () => {
  await using own = await startWorld({ auth: { passwords: { queueMax: 100 } } });
  const [wide] = own.nodes;
  const spellings = ["race@example.test", "Race@Example.test", "RACE@EXAMPLE.TEST"];
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => wide.register(spellings[index % 3] ?? "")),
  );
  expect(new Set(answers.map(wireForm)).size).toBe(1);
  const rows = await wide.database.selectFrom("portcullis.user").select("email").execute();
  expect(rows).toEqual([{ email: "race@example.test" }]);
});

test("PS-1 a stored hash is Argon2id of 19 MiB and two passes, with a salt of its own", async () => {
  await node.register("one@example.test");
  await node.register("two@example.test");
  const rows = await node.database
    .selectFrom("portcullis.user")
    .select("password_hash")
    .where("email", "in", ["one@example.test", "two@example.test"])
    .execute();
  const hashes = rows.map((row) => row.password_hash);
  expect(new Set(hashes).size).toBe(2);
  for (const hash of hashes) {
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(parseOptions(hash)).toMatchObject({ saltLen: 16, outputLen: 32 });
  }
});

test("V15.3.3 fields that are not asked for are refused, also those that lead to a prototype", async () => {
  const input = { email: "mass@example.test", password: testPassword, name: "Ada" };
  for (const extra of [
    { role: "admin" },
    { id: "00000000-0000-4000-8000-000000000000" },
    { tokenVersion: 9 },
    { emailVerifiedAt: 1 },
    { constructor: {} },
  ]) {
    expect(reasonOf(await node.mutate("auth.register", { ...input, ...extra }))).toBe(
      "input_invalid",
    );
  }
  const raw = JSON.stringify(input).replace("{", '{"__proto__":{"polluted":true},');
  const response = await node.fetch(
    new Request("http://api.test/trpc/auth.register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: raw,
    }),
  );
  expect(response.status).toBe(400);
  expect("polluted" in {}).toBe(false);
  const rows = await node.database
    .selectFrom("portcullis.user")
    .select("id")
    .where("email", "=", "mass@example.test")
    .execute();
  expect(rows).toEqual([]);
});

test("API-12 NUL and lone surrogates are refused in each field", async () => {
  const input = { email: "bad@example.test", password: testPassword, name: "Ada" };
  for (const field of Object.keys(input)) {
    for (const bad of ["\0", "\ud800", "\udc00"]) {
      const value = `${input[field as keyof typeof input]}${bad}`;
      const answer = await node.mutate("auth.register", { ...input, [field]: value });
      const data = answer.error?.data;
      if (data?.reason !== "input_invalid") throw new Error(`Not refused: ${answer.text}`);
      expect(data.issues?.[0]?.path).toBe(field);
    }
  }
});

test("V8.2.3 no answer of any procedure carries a hash or a secret of the server", async () => {
  const tokens = await node.signUp("leaks@example.test");
  const token = tokens.accessToken;
  const answers = [
    JSON.stringify(tokens),
    (await node.me(token)).text,
    (await node.query("auth.sessions.list", { token })).text,
    JSON.stringify(node.auth.jwks()),
  ];
  for (const text of answers) expect(text).not.toMatch(/argon2|password|secret|hash/i);
  const canaries = [testPassword, tokens.refreshToken, tokens.accessToken, "$argon2", "leaks@"];
  for (const canary of canaries) expect(JSON.stringify(node.events)).not.toContain(canary);
});
