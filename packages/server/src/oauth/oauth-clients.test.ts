import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { basic, created, sendOauth } from "../../test/oauth-service.ts";
import { startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld({ nodes: 3 });
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

async function statusWith(authorization: string, on: TestNode = node): Promise<number> {
  const body = new URLSearchParams({ token: "garbage" });
  const answer = await sendOauth(on, "introspect", { headers: { authorization }, body });
  return answer.status;
}

const listIds = async (): Promise<string[]> =>
  (await node.auth.oauthClients.list()).map(({ clientId }) => clientId);

async function auditOf(clientId: string): Promise<unknown[]> {
  const rows = await node.database
    .selectFrom("portcullis.audit_event")
    .select(["kind", "details"])
    .where("kind", "like", "oauth_client_%")
    .orderBy("id")
    .execute();
  return rows
    .filter(({ details }) => (details as { clientId: string }).clientId === clientId)
    .map(({ kind }) => kind);
}

test("a client works at once on every node, and its secret is kept as a hash only", async () => {
  const { clientId, clientSecret } = created(await node.auth.oauthClients.create("  Billing "));
  for (const each of world.nodes) {
    expect(await statusWith(basic(clientId, clientSecret), each)).toBe(200);
  }
  const row = await node.database
    .selectFrom("portcullis.oauth_client")
    .selectAll()
    .where("id", "=", clientId)
    .executeTakeFirstOrThrow();
  const secret = Buffer.from(clientSecret, "base64url");
  expect(secret).toHaveLength(32);
  expect(Buffer.from(row.secret_hash)).toEqual(createHash("sha256").update(secret).digest());
  const { nowMs: createdAt } = world.clock;
  expect(await node.auth.oauthClients.list()).toContainEqual({
    clientId,
    name: "Billing",
    createdAt,
  });
  expect(await auditOf(clientId)).toEqual(["oauth_client_created"]);
});

test("a client that was revoked is refused at the next call, on every node", async () => {
  const { clientId, clientSecret } = created(await node.auth.oauthClients.create("Short-lived"));
  const authorization = basic(clientId, clientSecret);
  for (const each of world.nodes) expect(await statusWith(authorization, each)).toBe(200);
  expect(await node.auth.oauthClients.revoke(clientId)).toBe(true);
  for (const each of world.nodes) expect(await statusWith(authorization, each)).toBe(401);
  expect(await listIds()).not.toContain(clientId);
  expect(await node.auth.oauthClients.revoke(clientId)).toBe(false);
  expect(await auditOf(clientId)).toEqual(["oauth_client_created", "oauth_client_revoked"]);
});

test("a client that never was is not revoked", async () => {
  for (const clientId of ["client-x", "", "x".repeat(10_000)]) {
    expect(await node.auth.oauthClients.revoke(clientId)).toBe(false);
  }
});

test("V11.2.4 a secret that differs in any one bit is refused", async () => {
  const { clientId, clientSecret } = created(await node.auth.oauthClients.create("Bits"));
  const secret = Buffer.from(clientSecret, "base64url");
  for (let bit = 0; bit < 256; bit += 1) {
    const other = Buffer.from(secret);
    other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(await statusWith(basic(clientId, other.toString("base64url")))).toBe(401);
  }
  expect(await statusWith(basic(clientId, clientSecret))).toBe(200);
});

test("a client's secret does not prove another client", async () => {
  const one = created(await node.auth.oauthClients.create("One"));
  const two = created(await node.auth.oauthClients.create("Two"));
  expect(await statusWith(basic(one.clientId, two.clientSecret))).toBe(401);
});

describe("a name", () => {
  test.each(["", "  ", "x".repeat(101), "a\nb", "a\0b", "\ud800"])(
    "%j is refused",
    async (name) => {
      expect(await node.auth.oauthClients.create(name)).toEqual({ kind: "name_invalid" });
    },
  );

  test("may have 100 code points", async () => {
    const { clientId } = created(await node.auth.oauthClients.create("\u{1f600}".repeat(100)));
    expect(await node.auth.oauthClients.revoke(clientId)).toBe(true);
  });
});

test("of many made at once on all nodes, no more live than 100", async () => {
  const before = await listIds();
  const outcomes = await Promise.all(
    world.nodes.flatMap(({ auth }) =>
      Array.from({ length: 40 }, (_, index) => auth.oauthClients.create(`Crowd ${index}`)),
    ),
  );
  const made = outcomes.filter(({ kind }) => kind === "created");
  expect(made).toHaveLength(100 - before.length);
  expect(await listIds()).toHaveLength(100);
  expect(await node.auth.oauthClients.create("One too many")).toEqual({ kind: "too_many" });

  const [first] = await listIds();
  await node.auth.oauthClients.revoke(first ?? "");
  expect(await node.auth.oauthClients.create("In its place")).toMatchObject({ kind: "created" });
});
