import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOauthService } from "../../test/oauth-service.ts";
import type { OauthService } from "../../test/oauth-service.ts";
import { claimsOf, reasonOf, startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";

let world: TestWorld;
let node: TestNode;
let service: OauthService;

beforeAll(async () => {
  world = await startWorld({ nodes: 3 });
  [node] = world.nodes;
  service = await createOauthService(node);
});
afterAll(() => world[Symbol.asyncDispose]());

const done = { status: 200, headers: { "cache-control": "no-store" }, text: "" };

describe("7009-2 when a revocation returns, the token is refused at the next call, on every node", () => {
  test.each(["accessToken", "refreshToken"] as const)("%s", async (kind) => {
    for (let round = 0; round < 5; round += 1) {
      const tokens = await node.signUp(`${kind}-${round}@example.test`);
      for (const each of world.nodes) expect((await each.me(tokens.accessToken)).status).toBe(200);
      expect(await service.revoke(tokens[kind])).toEqual(done);
      for (const each of world.nodes) {
        expect(reasonOf(await each.me(tokens.accessToken))).toBe("token_revoked");
      }
      expect((await node.refresh(tokens.refreshToken)).status).toBe(401);
      for (const token of [tokens.accessToken, tokens.refreshToken]) {
        expect((await service.introspect(token)).text).toBe('{"active":false}');
      }
    }
  });
});

test("7009-2.1 the user's other sessions live on", async () => {
  const first = await node.signUp("sessions@example.test");
  const second = await node.login("sessions@example.test");
  await service.revoke(first.refreshToken);
  expect((await node.me(second.accessToken)).status).toBe(200);
  expect((await node.refresh(second.refreshToken)).status).toBe(200);
});

test("7009-2.1 an id with another token's secret ends neither session", async () => {
  const victim = await node.signUp("victim@example.test");
  const thief = await node.signUp("thief@example.test");
  const [victimId] = victim.refreshToken.split(".");
  const [, thiefSecret] = thief.refreshToken.split(".");
  expect(await service.revoke(`${victimId}.${thiefSecret}`)).toEqual(done);
  for (const { accessToken } of [victim, thief]) {
    expect((await node.me(accessToken)).status).toBe(200);
  }
});

test("a refresh token that was used before ends its session", async () => {
  const first = await node.signUp("used@example.test");
  const second = (await node.refresh(first.refreshToken)).data as typeof first;
  expect(await service.revoke(first.refreshToken)).toEqual(done);
  expect(reasonOf(await node.me(second.accessToken))).toBe("token_revoked");
  expect((await node.refresh(second.refreshToken)).status).toBe(401);
});

test("7009-2.2 a token that nobody could use is answered alike, and nothing is done", async () => {
  const live = await node.signUp("live@example.test");
  const ended = await node.login("live@example.test");
  await service.revoke(ended.accessToken);
  await using elsewhere = await startWorld();
  const foreign = await elsewhere.nodes[0].signUp("foreign@example.test");
  const before = await countRevocations();
  const tokens = [
    "garbage",
    "\0\u{1f600} &=%",
    `${live.accessToken}x`,
    ended.accessToken,
    ended.refreshToken,
    foreign.accessToken,
    foreign.refreshToken,
  ];
  for (const token of tokens) {
    expect(await service.revoke(token)).toEqual(done);
    expect(await service.revoke(token, "nonsense")).toEqual(done);
  }
  // The token lives ten minutes, and a node whose clock is behind takes it a little longer.
  world.clock.nowMs += 660_000;
  expect(await service.revoke(live.accessToken)).toEqual(done);
  expect(await countRevocations()).toBe(before);
  expect((await node.refresh(live.refreshToken)).status).toBe(200);
});

test("who revoked what is in the audit log", async () => {
  const { accessToken, user } = await node.signUp("audited@example.test");
  await service.revoke(accessToken);
  const { sid } = claimsOf(accessToken);
  const row = await node.database
    .selectFrom("portcullis.audit_event")
    .selectAll()
    .where("session_id", "=", sid)
    .where("kind", "=", "session_revoked")
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({
    actor_id: null,
    user_id: user.id,
    address: "192.0.2.1",
    details: { clientId: service.clientId },
  });
});

async function countRevocations(): Promise<number> {
  const rows = await node.database
    .selectFrom("portcullis.session")
    .select("id")
    .where("revoked_at", "is not", null)
    .execute();
  return rows.length;
}
