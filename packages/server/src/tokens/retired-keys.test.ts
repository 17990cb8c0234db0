import { setImmediate } from "node:timers/promises";
import { createRedisStore, createWriteThroughCache } from "@portcullis/write-through";
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from "jose";
import type { JWK } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimsOf, createNode, reasonOf, startWorld, testSecret } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";
import type { TokenSet } from "../contract.ts";
import { deriveKeys } from "../derived-keys.ts";
import { keyOverlapMs, verifyAfterRetirementMs } from "./keys/key-times.ts";
import { unseal } from "./keys/seal.ts";

/** Access tokens while their keys change, over three nodes that share one Postgres and one Redis. */

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld({ nodes: 3 });
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const headerOf = (token: string): { kid: string } =>
  JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as { kid: string };

let users = 0;
const nextEmail = (): string => `keys${(users += 1)}@example.test`;

/** A token that every node has seen, so that its signature and its rows are remembered everywhere. */
async function signUpHot(): Promise<{ email: string; tokens: TokenSet }> {
  const email = nextEmail();
  const tokens = await node.signUp(email);
  for (const each of world.nodes) {
    expect((await each.me(tokens.accessToken)).status).toBe(200);
  }
  return { email, tokens };
}

test("V11.1.1 after a key was retired, the next call on each node with its token is refused", async () => {
  for (let round = 0; round < 6; round += 1) {
    const { email, tokens } = await signUpHot();
    const { kid } = headerOf(tokens.accessToken);
    const operator = world.nodes[round % 3] ?? node;
    expect(await operator.auth.keys.retire(kid)).toEqual({ kind: "retired", kid });
    for (const each of world.nodes) {
      expect(reasonOf(await each.me(tokens.accessToken))).toBe("token_invalid");
    }
    // No other key was touched: who signs in on any node is signed in on all of them.
    for (const each of world.nodes) {
      const fresh = await each.login(email);
      expect(headerOf(fresh.accessToken).kid).not.toBe(kid);
      for (const other of world.nodes) {
        expect((await other.me(fresh.accessToken)).status).toBe(200);
      }
    }
    const refreshed = await operator.refresh(tokens.refreshToken ?? "");
    expect(refreshed.status).toBe(200);
  }
});

test("V11.1.1 after a key was retired, no node signs with it", async () => {
  const { email, tokens } = await signUpHot();
  for (const operator of world.nodes) {
    const { kid } = headerOf((await operator.login(email)).accessToken);
    for (const each of world.nodes) await each.login(email);
    await operator.auth.keys.retire(kid);
    for (const each of world.nodes) {
      expect(headerOf((await each.login(email)).accessToken).kid).not.toBe(kid);
    }
  }
  expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_invalid");
});

test("V11.1.1 no call that starts after the key was retired is accepted, with calls all the time", async () => {
  for (let round = 0; round < 3; round += 1) {
    const { tokens } = await signUpHot();
    let isRetired = false;
    let isOver = false;
    const accepted: string[] = [];
    const refused: (string | undefined)[] = [];
    const call = async (each: TestNode): Promise<void> => {
      while (!isOver) {
        const startedAfter = isRetired;
        const answer = await each.me(tokens.accessToken);
        if (answer.status === 200 && startedAfter) accepted.push(answer.text);
        if (answer.status !== 200) refused.push(reasonOf(answer));
        // Calls that memory answers would never let a socket of this process have its turn.
        await setImmediate();
      }
    };
    const callers = world.nodes.flatMap((each) => [call(each), call(each)]);
    await (world.nodes[round] ?? node).auth.keys.retire(headerOf(tokens.accessToken).kid);
    isRetired = true;
    for (const each of world.nodes) await each.me(tokens.accessToken);
    isOver = true;
    await Promise.all(callers);
    expect(accepted).toEqual([]);
    expect(new Set(refused)).toEqual(new Set(["token_invalid"]));
  }
});

test("V11.1.1 tokens signed while a key is retired on another node are good or refused, never wrong", async () => {
  const { email, tokens } = await signUpHot();
  const { kid } = headerOf(tokens.accessToken);
  const [, second = node, third = node] = world.nodes;
  const [outcome, ...made] = await Promise.all([
    second.auth.keys.retire(kid),
    ...Array.from({ length: 9 }, (_, index) => (index % 2 === 0 ? node : third).login(email)),
  ]);
  expect(outcome.kind).toBe("retired");
  for (const { accessToken } of made) {
    const expected = headerOf(accessToken).kid === kid ? 401 : 200;
    for (const each of world.nodes) expect((await each.me(accessToken)).status).toBe(expected);
  }
});

test("JWT-18 a token signed a second before the key changes is good until it expires", async () => {
  const { kid: next } = await node.auth.keys.rotate();
  world.clock.nowMs += keyOverlapMs - 1000;
  const { email, tokens } = await signUpHot();
  const { kid } = headerOf(tokens.accessToken);
  expect(kid).not.toBe(next);
  world.clock.nowMs += 1000;
  for (const each of world.nodes) {
    expect(headerOf((await each.login(email)).accessToken).kid).toBe(next);
    expect((await each.me(tokens.accessToken)).status).toBe(200);
  }
  const { exp } = claimsOf(tokens.accessToken) as unknown as { exp: number };
  world.clock.nowMs = exp * 1000 - 1;
  for (const each of world.nodes) expect((await each.me(tokens.accessToken)).status).toBe(200);
  world.clock.nowMs = exp * 1000;
  for (const each of world.nodes) {
    expect(reasonOf(await each.me(tokens.accessToken))).toBe("token_expired");
  }
});

test("JWT-18 a service that loaded the keys before the change reads tokens of after it", async () => {
  await node.auth.keys.rotate();
  await signUpHot();
  const loaded = world.nodes.map((each) => createLocalJWKSet(each.auth.jwks()));
  world.clock.nowMs += keyOverlapMs;
  const { tokens } = await signUpHot();
  for (const keys of loaded) {
    const { payload } = await jwtVerify(tokens.accessToken, keys, {
      algorithms: ["EdDSA"],
      issuer: "https://auth.test",
      audience: "https://api.test",
      typ: "at+jwt",
      currentDate: new Date(world.clock.nowMs),
    });
    expect(payload.sub).toBe(tokens.user.id);
  }
});

/** The private part of a key, as a thief of the table and the secret would have it. */
async function steal(kid: string): Promise<JWK> {
  const row = await node.database
    .selectFrom("portcullis.signing_key")
    .select("private_key_encrypted")
    .where("kid", "=", kid)
    .executeTakeFirstOrThrow();
  const [key] = deriveKeys([testSecret], "signing-key-encryption");
  const opened = unseal(key, kid, new Uint8Array(row.private_key_encrypted));
  return JSON.parse(opened?.toString() ?? "") as JWK;
}

test("JWT-18 what a stolen key signs is refused when the key's time is over, though it was seen before", async () => {
  const { tokens } = await signUpHot();
  const { kid } = headerOf(tokens.accessToken);
  const stolen = await importJWK(await steal(kid), "EdDSA");
  await node.auth.keys.rotate();
  const end = world.clock.nowMs + keyOverlapMs + verifyAfterRetirementMs;
  world.clock.nowMs = end - 1;
  const iat = Math.floor(world.clock.nowMs / 1000);
  const forged = await new SignJWT({ ...claimsOf(tokens.accessToken), iat, exp: iat + 600 })
    .setProtectedHeader({ alg: "EdDSA", kid, typ: "at+jwt" })
    .sign(stolen);
  for (const each of world.nodes) expect((await each.me(forged)).status).toBe(200);
  world.clock.nowMs = end;
  for (const each of world.nodes) expect(reasonOf(await each.me(forged))).toBe("token_invalid");
});

test("JWT-18 a token of staging, signed with the same key, is refused", async () => {
  const { tokens } = await signUpHot();
  const { kid } = headerOf(tokens.accessToken);
  const key = await importJWK(await steal(kid), "EdDSA");
  for (const changes of [{ iss: "https://staging.test" }, { aud: "https://staging.test" }]) {
    const staging = await new SignJWT({ ...claimsOf(tokens.accessToken), ...changes })
      .setProtectedHeader({ alg: "EdDSA", kid, typ: "at+jwt" })
      .sign(key);
    expect(reasonOf(await node.me(staging))).toBe("token_invalid");
  }
});

test("V13.3.1 no answer, event or JWKS has a part of a private key or of the secret", async () => {
  const { tokens } = await signUpHot();
  const { d = "" } = await steal(headerOf(tokens.accessToken).kid);
  const seen = JSON.stringify([
    tokens,
    world.nodes.map((each) => [each.events, each.auth.jwks()]),
    await node.auth.keys.list(),
  ]);
  expect(d).toHaveLength(43);
  for (const secret of [d, testSecret, "private_key"]) expect(seen).not.toContain(secret);
  for (const { keys } of world.nodes.map((each) => each.auth.jwks())) {
    for (const key of keys) expect(key).not.toHaveProperty("d");
  }
});

/** One more node of the world, with secrets of its own. */
async function joinWith(
  stack: AsyncDisposableStack,
  secret: string | readonly string[],
): Promise<TestNode> {
  const cache = createWriteThroughCache({
    database: node.database,
    store: createRedisStore({ url: world.redis?.url ?? "" }),
  });
  stack.defer(() => cache.stop());
  await cache.start();
  const joined = createNode(node.database, cache, world.clock, { secret });
  stack.defer(() => joined.auth.stop());
  await joined.auth.start();
  return joined;
}

test("V13.3.4 a refresh that is repeated on a node with another first secret gets the same successor", async () => {
  await using stack = new AsyncDisposableStack();
  const newSecret = "the secret that comes after it, of 32 bytes and more";
  const ready = await joinWith(stack, [testSecret, newSecret]);
  const replaced = await joinWith(stack, [newSecret, testSecret]);
  for (const [first, second] of [
    [node, replaced],
    [replaced, ready],
    [ready, replaced],
  ] as const) {
    const { tokens } = await signUpHot();
    expect((await replaced.me(tokens.accessToken)).status).toBe(200);
    const successor = (await first.refresh(tokens.refreshToken ?? "")).data as TokenSet;
    const again = (await second.refresh(tokens.refreshToken ?? "")).data as TokenSet;
    expect(again.refreshToken).toBe(successor.refreshToken);
    expect((await ready.refresh(successor.refreshToken ?? "")).status).toBe(200);
  }
});

test("V11.1.1 with Redis gone a key is retired on every node all the same", async () => {
  await using own = await startWorld({ nodes: 2 });
  const [first] = own.nodes;
  const { accessToken } = await first.signUp("without-redis@example.test");
  for (const each of own.nodes) expect((await each.me(accessToken)).status).toBe(200);
  await own.redis?.kill();
  await first.auth.keys.retire(headerOf(accessToken).kid);
  for (const each of own.nodes) {
    expect(reasonOf(await each.me(accessToken))).toBe("token_invalid");
    expect((await each.login("without-redis@example.test")).accessToken).toBeDefined();
  }
});
