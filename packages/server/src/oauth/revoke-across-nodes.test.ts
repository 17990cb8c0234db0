import { createTestDatabase, startRedis } from "@portcullis/test-servers";
import type { RedisServer } from "@portcullis/test-servers";
import { createRedisStore, createWriteThroughCache } from "@portcullis/write-through";
import { SignJWT, importJWK } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createOauthService } from "../../test/oauth-service.ts";
import { claimsOf, createNode, migrate, openDatabase, reasonOf } from "../../test/start-auth.ts";
import type { TestClock, TestNode } from "../../test/start-auth.ts";
import { makePrivateJwk } from "../tokens/keys/private-jwk.ts";

const tokens = { issuer: "https://auth.test", audience: "https://api.test" };

let stack: AsyncDisposableStack;
let url: string;
let redis: RedisServer;
let clock: TestClock;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  ({ url } = stack.use(await createTestDatabase({ template: "auth", migrate })));
  redis = stack.use(await startRedis());
  clock = { nowMs: Date.now() };
});
afterEach(() => stack.disposeAsync());

type NodeOptions = Parameters<typeof createNode>[3];

/** A node of the same service, with rules and a clock that may be its own. */
async function join(options: NodeOptions = {}, ownClock = clock): Promise<TestNode> {
  const database = openDatabase(url);
  stack.defer(() => database.destroy());
  const cache = createWriteThroughCache({
    database,
    store: createRedisStore({ url: redis.url }),
  });
  stack.defer(() => cache.stop());
  await cache.start();
  const node = createNode(database, cache, ownClock, options);
  stack.defer(() => node.auth.stop());
  await node.auth.start();
  return node;
}

test.each<[string, NodeOptions, NodeOptions]>([
  [
    "another algorithm",
    { tokens: { ...tokens, algorithm: "EdDSA" } },
    { tokens: { ...tokens, algorithm: "ES256" } },
  ],
  [
    "a shorter life of tokens",
    { tokens: { ...tokens, accessTokenTtlSeconds: 3600 } },
    { tokens: { ...tokens, accessTokenTtlSeconds: 600 } },
  ],
  ["another issuer", { tokens }, { tokens: { ...tokens, issuer: "https://new.test" } }],
  ["another audience", { tokens }, { tokens: { ...tokens, audience: "https://new.test" } }],
  ["verified emails only", {}, { accounts: { requireVerifiedEmail: true } }],
])("7009-2 a node with %s revokes what the others accept", async (_, options, others) => {
  const accepts = await join(options);
  const ada = await accepts.signUp("ada@example.test");
  const eve = await accepts.signUp("eve@example.test");
  const service = await createOauthService(await join(others));
  expect((await service.revoke(ada.accessToken)).status).toBe(200);
  expect(reasonOf(await accepts.me(ada.accessToken))).toBe("token_revoked");
  expect((await accepts.refresh(ada.refreshToken)).status).toBe(401);
  expect((await accepts.me(eve.accessToken)).status).toBe(200);
});

test.each([
  ["is behind, so that the token is still to come", -45_000],
  ["is ahead, so that the token is just over", 600_000 + 59_000],
])("7009-2 a node whose clock %s revokes it", async (_, aheadMs) => {
  const accepts = await join();
  const ada = await accepts.signUp("ada@example.test");
  const service = await createOauthService(await join({}, { nowMs: clock.nowMs + aheadMs }));
  expect((await service.revoke(ada.accessToken)).status).toBe(200);
  expect(reasonOf(await accepts.me(ada.accessToken))).toBe("token_revoked");
});

test("7009-2 a node revokes a token of a key that signs no more, and of one that it has not loaded", async () => {
  const accepts = await join({ tokens: { ...tokens, accessTokenTtlSeconds: 3600 } });
  const service = await createOauthService(await join());
  const before = await accepts.signUp("before@example.test");
  await accepts.auth.keys.rotate();
  clock.nowMs += 11 * 60_000;
  const after = await accepts.signUp("after@example.test");
  for (const { accessToken } of [before, after]) {
    expect((await accepts.me(accessToken)).status).toBe(200);
    expect((await service.revoke(accessToken)).status).toBe(200);
    expect(reasonOf(await accepts.me(accessToken))).toBe("token_revoked");
  }
});

test("7009-2.1 claims of a live session end nothing under a signature that is not ours", async () => {
  const node = await join();
  const service = await createOauthService(node);
  const ada = await node.signUp("ada@example.test");
  const eve = await node.signUp("eve@example.test");
  const [header = "", , signature = ""] = eve.accessToken.split(".");
  const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string };
  const foreign = await importJWK(await makePrivateJwk("EdDSA"), "EdDSA");
  const forge = (alg: "EdDSA" | "ES256", id: string) =>
    new SignJWT(claimsOf(ada.accessToken)).setProtectedHeader({ alg, kid: id, typ: "at+jwt" });
  const forged = await forge("EdDSA", kid).sign(foreign);
  const [, payload = ""] = forged.split(".");
  const otherAlgorithm = Buffer.from(JSON.stringify({ alg: "ES256", kid, typ: "at+jwt" }));
  for (const token of [
    forged,
    `${header}.${payload}.${signature}`,
    `${otherAlgorithm.toString("base64url")}.${payload}.${signature}`,
    await forge("EdDSA", "A".repeat(43)).sign(foreign),
  ]) {
    expect((await service.revoke(token)).status).toBe(200);
  }
  expect((await node.me(ada.accessToken)).status).toBe(200);
  const why = node.events.flatMap((event) => (event.kind === "token_invalid" ? [event.why] : []));
  expect(why).toEqual(["signature", "signature", "unknown key", "unknown key"]);
});

test("7009-2.2.1 a key that the node's secret does not open is no reason to say that it is done", async () => {
  const accepts = await join({ tokens: { ...tokens, algorithm: "EdDSA" } });
  const ada = await accepts.signUp("ada@example.test");
  const other = await join({
    secret: "another secret than the others have, of 32 bytes",
    tokens: { ...tokens, algorithm: "ES256" },
  });
  const service = await createOauthService(other);
  expect((await service.revoke(ada.accessToken)).status).toBe(500);
});
