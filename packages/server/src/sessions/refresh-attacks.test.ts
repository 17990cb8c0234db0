import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimsOf, reasonOf, startWorld } from "../../test/start-auth.ts";
import type { BodyTokenSet, TestNode, TestWorld } from "../../test/start-auth.ts";
import { parseOpaqueToken, writeOpaqueToken } from "../tokens/opaque-token.ts";

/**
 * Refresh tokens live for weeks, so they are what a thief wants. These tests steal, replay, forge
 * and race them, over three nodes that share one Postgres and one Redis.
 */

let world: TestWorld;
let node: TestNode;

const graceMs = 10_000;

beforeAll(async () => {
  world = await startWorld({ nodes: 3 });
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

let users = 0;
const signUp = (): Promise<BodyTokenSet> => node.signUp(`thief${(users += 1)}@example.test`);

async function refreshed(refreshToken: string): Promise<BodyTokenSet> {
  const answer = await node.refresh(refreshToken);
  expect(answer.status).toBe(200);
  return answer.data as BodyTokenSet;
}

async function leavesOf(tokens: BodyTokenSet): Promise<number> {
  const rows = await node.database
    .selectFrom("portcullis.refresh_token")
    .select("id")
    .where("session_id", "=", claimsOf(tokens.accessToken).sid)
    .where("rotated_at", "is", null)
    .execute();
  return rows.length;
}

test("RT-01 replaying a rotated token after its child was used ends the whole family", async () => {
  const parent = await signUp();
  const child = await refreshed(parent.refreshToken);
  const grandchild = await refreshed(child.refreshToken);
  expect(reasonOf(await node.refresh(parent.refreshToken))).toBe("refresh_token_reused");
  for (const tokens of [parent, child, grandchild]) {
    for (const each of world.nodes) {
      expect(reasonOf(await each.me(tokens.accessToken))).toBe("token_revoked");
    }
  }
  expect(reasonOf(await node.refresh(grandchild.refreshToken))).toBe("refresh_token_invalid");
  expect(node.events).toContainEqual(
    expect.objectContaining({ kind: "refresh_token_reused", userId: parent.user.id }),
  );
});

test("RT-01 replaying a rotated token after the grace ends the family", async () => {
  const parent = await signUp();
  const child = await refreshed(parent.refreshToken);
  world.clock.nowMs += graceMs + 1;
  expect(reasonOf(await node.refresh(parent.refreshToken))).toBe("refresh_token_reused");
  expect(reasonOf(await node.me(child.accessToken))).toBe("token_revoked");
  expect(reasonOf(await node.refresh(child.refreshToken))).toBe("refresh_token_invalid");
});

test("RT-01 replaying the token of a session that has ended is reported, and writes nothing", async () => {
  const parent = await signUp();
  const child = await refreshed(parent.refreshToken);
  await refreshed(child.refreshToken);
  expect(reasonOf(await node.refresh(parent.refreshToken))).toBe("refresh_token_reused");
  const ended = await versionOf(parent);
  const reports = (): number =>
    node.events.filter((event) => event.kind === "refresh_token_reused").length;
  const before = reports();
  for (let replay = 0; replay < 3; replay += 1) {
    expect(reasonOf(await node.refresh(parent.refreshToken))).toBe("refresh_token_reused");
  }
  expect(reports()).toBe(before + 3);
  expect(await versionOf(parent)).toBe(ended);
});

/** Postgres' name of the last write to a session's row. */
async function versionOf(tokens: BodyTokenSet): Promise<string | undefined> {
  const { sid } = claimsOf(tokens.accessToken);
  const { rows } = await sql<{ xmin: string }>`
    select xmin::text from portcullis.session where id = ${sid}`.execute(node.database);
  return rows[0]?.xmin;
}

test("RT-02 a hundred refreshes of one token at once on three nodes make one successor", async () => {
  const parent = await signUp();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      (world.nodes[index % 3] ?? node).refresh(parent.refreshToken),
    ),
  );
  const successors = new Set(answers.map((answer) => (answer.data as BodyTokenSet).refreshToken));
  expect(successors.size).toBe(1);
  expect(await leavesOf(parent)).toBe(1);
  const [successor = ""] = successors;
  await refreshed(successor);
});

test("RT-03 the direct parent within the grace gets the same successor, never a fork", async () => {
  const parent = await signUp();
  const child = await refreshed(parent.refreshToken);
  world.clock.nowMs += graceMs;
  const again = await refreshed(parent.refreshToken);
  expect(again.refreshToken).toBe(child.refreshToken);
  expect(await leavesOf(parent)).toBe(1);
  expect((await node.me(again.accessToken)).status).toBe(200);
});

test("RT-04 two rotations in the same millisecond do not confuse parent and child", async () => {
  const parent = await signUp();
  const child = await refreshed(parent.refreshToken);
  await refreshed(child.refreshToken);
  const rows = await node.database
    .selectFrom("portcullis.refresh_token")
    .select("generation")
    .where("session_id", "=", claimsOf(parent.accessToken).sid)
    .orderBy("generation")
    .execute();
  expect(rows.map((row) => row.generation)).toEqual([1, 2, 3]);
  expect(reasonOf(await node.refresh(parent.refreshToken))).toBe("refresh_token_reused");
});

test("RT-05 a replay is refused though Redis came back empty", async () => {
  await using own = await startWorld({ nodes: 2 });
  const [first] = own.nodes;
  const parent = await first.signUp("forgotten@example.test");
  const child = (await first.refresh(parent.refreshToken)).data as BodyTokenSet;
  await first.refresh(child.refreshToken);
  await own.redis?.restart();
  for (const each of own.nodes) {
    expect(reasonOf(await each.refresh(parent.refreshToken))).toBe("refresh_token_reused");
    expect(reasonOf(await each.me(child.accessToken))).toBe("token_revoked");
  }
});

test("RT-06 refresh racing logout: when both have returned, nothing lives", async () => {
  for (let round = 0; round < 20; round += 1) {
    const tokens = await signUp();
    const [a, b] = [world.nodes[round % 3] ?? node, world.nodes[(round + 1) % 3] ?? node];
    const [answer, out] = await Promise.all([
      a.refresh(tokens.refreshToken),
      b.mutate("auth.logout", undefined, { token: tokens.accessToken }),
    ]);
    expect(out.status).toBe(200);
    const born = answer.status === 200 ? [answer.data as BodyTokenSet] : [];
    for (const each of [tokens, ...born]) {
      for (const third of world.nodes) {
        expect(reasonOf(await third.me(each.accessToken))).toBe("token_revoked");
      }
      expect((await node.refresh(each.refreshToken)).status).toBe(401);
    }
  }
});

test("RT-06 refresh racing logout everywhere: when both have returned, nothing lives", async () => {
  for (let round = 0; round < 10; round += 1) {
    const tokens = await signUp();
    const [a, b] = [world.nodes[round % 3] ?? node, world.nodes[(round + 1) % 3] ?? node];
    const [answer, out] = await Promise.all([
      a.refresh(tokens.refreshToken),
      b.mutate("auth.logoutEverywhere", undefined, { token: tokens.accessToken }),
    ]);
    expect(out.status).toBe(200);
    const born = answer.status === 200 ? [answer.data as BodyTokenSet] : [];
    for (const each of [tokens, ...born]) {
      expect(reasonOf(await node.me(each.accessToken))).toBe("token_revoked");
      expect((await node.refresh(each.refreshToken)).status).toBe(401);
    }
  }
});

test("RT-07 the refresh token of a deleted user is refused", async () => {
  const tokens = await signUp();
  const user = { table: "auth_user", id: tokens.user.id };
  const session = { table: "auth_session", id: claimsOf(tokens.accessToken).sid };
  await node.cache.write([user, session], async (transaction) => {
    await transaction.deleteFrom("portcullis.user").where("id", "=", tokens.user.id).execute();
  });
  expect(reasonOf(await node.refresh(tokens.refreshToken))).toBe("refresh_token_invalid");
  expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
});

test("RT-10 one token's id with another's secret is refused and harms neither", async () => {
  const mine = await signUp();
  const yours = await signUp();
  const [myId, mySecret] = mine.refreshToken.split(".");
  const [yourId, yourSecret] = yours.refreshToken.split(".");
  for (const forged of [`${yourId}.${mySecret}`, `${myId}.${yourSecret}`]) {
    expect(reasonOf(await node.refresh(forged))).toBe("refresh_token_invalid");
  }
  await refreshed(mine.refreshToken);
  await refreshed(yours.refreshToken);
});

test("9700-4.14.2c guessing at the secret of a rotated token does not end its session", async () => {
  const parent = await signUp();
  const child = await refreshed(parent.refreshToken);
  world.clock.nowMs += graceMs + 1;
  const { id } = parseOpaqueToken(parent.refreshToken) ?? { id: "" };
  const guess = writeOpaqueToken({ id, secret: Buffer.alloc(32, 7) });
  expect(reasonOf(await node.refresh(guess))).toBe("refresh_token_invalid");
  expect((await node.me(child.accessToken)).status).toBe(200);
});

test("JWT-19 an access token is no refresh token, and a refresh token no access token", async () => {
  const tokens = await signUp();
  expect(reasonOf(await node.me(tokens.refreshToken))).toBe("token_invalid");
  const refused = await node.refresh(tokens.accessToken.slice(0, 200));
  expect(reasonOf(refused)).toBe("refresh_token_invalid");
});

test("V6.5.2 no refresh token is in the database, only its hash", async () => {
  const tokens = await signUp();
  const { id, secret } = parseOpaqueToken(tokens.refreshToken) ?? { id: "", secret: undefined };
  const row = await node.database
    .selectFrom("portcullis.refresh_token")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  expect(secret).toHaveLength(32);
  expect(row.secret_hash).toHaveLength(32);
  expect(Buffer.from(row.secret_hash)).not.toEqual(secret);
});

test.each([
  "",
  ".",
  "x",
  "00000000-0000-4000-8000-000000000000",
  "00000000-0000-4000-8000-000000000000.",
  `00000000-0000-4000-8000-000000000000.${"A".repeat(42)}`,
  `00000000-0000-4000-8000-000000000000.${"A".repeat(42)}B`,
  `00000000-0000-4000-8000-000000000000.${"A".repeat(43)}=`,
  `00000000-0000-4000-8000-000000000000.${"A".repeat(43)}\n`,
  `00000000-0000-4000-8000-000000000000.${"A".repeat(43)}.`,
  `00000000-0000-4000-8000-000000000000.${"A".repeat(43)}.x`,
  `00000000-0000-4000-8000-00000000000A.${"A".repeat(43)}`,
  `00000000-0000-4000-8000-000000000000.${"A".repeat(44)}`,
  ` 00000000-0000-4000-8000-000000000000.${"A".repeat(43)}`,
])("9700-4.14.2c another spelling of a refresh token is not read: %j", (text) => {
  expect(parseOpaqueToken(text)).toBeUndefined();
});

test("a refresh token has one spelling", () => {
  const text = `00000000-0000-4000-8000-000000000000.${"A".repeat(43)}`;
  const token = parseOpaqueToken(text);
  expect(token && writeOpaqueToken(token)).toBe(text);
});
