import { startFaultProxy, startRedis } from "@portcullis/test-servers";
import { createClient } from "@redis/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replaceEmailToken } from "../../src/repositories/email-tokens.ts";
import { hashOf, makeOpaqueToken, writeOpaqueToken } from "../../src/tokens/opaque-token.ts";
import { createOauthService } from "../oauth-service.ts";
import type { OauthService } from "../oauth-service.ts";
import { claimsOf, reasonOf, testPassword } from "../start-auth.ts";
import type { BodyTokenSet } from "../start-auth.ts";
import type { SignedInPerson } from "../valid-calls.ts";
import { openQuickly, signInQuickly } from "./quick-sign-in.ts";
import { startFragileWorld } from "./fragile-world.ts";
import type { FragileNode, FragileWorld } from "./fragile-world.ts";

/**
 * Every call that revokes, in every state that Redis can be in: once it has returned, no node takes
 * the tokens, then or after Redis is whole again.
 */
let world: FragileWorld;
let here: FragileNode;
let there: FragileNode;
let admin: SignedInPerson;
let oauth: OauthService;

beforeAll(async () => {
  world = await startFragileWorld();
  [here, there] = world.nodes;
  admin = await signInQuickly(here, world.clock, "admin");
  oauth = await createOauthService(here);
});
afterAll(() => world[Symbol.asyncDispose]());

/** Somebody with the session that is to end, and another. */
interface Victim extends SignedInPerson {
  /** Of another session. */
  readonly other: BodyTokenSet;
  /** A token that was mailed, to set a new password with. */
  readonly resetToken: string;
}

async function makeVictim(): Promise<Victim> {
  const person = await signInQuickly(here, world.clock);
  const token = makeOpaqueToken();
  await world.database.transaction().execute((transaction) =>
    replaceEmailToken(transaction, {
      id: token.id,
      purpose: "reset_password",
      userId: person.id,
      email: person.email,
      tokenVersion: 1,
      secretHash: hashOf(token),
      createdAtMs: world.clock.nowMs,
      expiresAtMs: world.clock.nowMs + 600_000,
    }),
  );
  const other = await openQuickly(here, person, world.clock);
  return { ...person, other, resetToken: writeOpaqueToken(token) };
}

type Revocation = (victim: Victim) => Promise<{ readonly status: number; readonly text: string }>;

const newPassword = "an entirely new password";
const byOwner =
  (path: string, input?: unknown): Revocation =>
  ({ tokens }) =>
    here.mutate(path, input, { token: tokens.accessToken });
const byAdmin =
  (path: string, input: object = {}): Revocation =>
  ({ id }) =>
    here.mutate(path, { userId: id, ...input }, { token: admin.tokens.accessToken });

const revocations: Readonly<Record<string, Revocation>> = {
  logout: byOwner("auth.logout"),
  logoutEverywhere: byOwner("auth.logoutEverywhere"),
  "password change": byOwner("auth.account.changePassword", {
    currentPassword: testPassword,
    newPassword,
  }),
  "entering the password again": byOwner("auth.confirm", { password: testPassword }),
  "account deletion": byOwner("auth.account.remove"),
  "sessions.revoke": ({ tokens, other }) => {
    const { sid: sessionId } = claimsOf(tokens.accessToken);
    return here.mutate("auth.sessions.revoke", { sessionId }, { token: other.accessToken });
  },
  "sessions.revokeOthers": ({ other }) =>
    here.mutate("auth.sessions.revokeOthers", undefined, { token: other.accessToken }),
  "password reset": ({ resetToken: token }) =>
    here.mutate("auth.resetPassword", { token, newPassword }),
  "login over it": ({ email, tokens }) =>
    here.mutate("auth.login", { email, password: testPassword }, { token: tokens.accessToken }),
  ban: byAdmin("auth.admin.users.ban", { reason: "Spam" }),
  "logout by an admin": byAdmin("auth.admin.users.logout"),
  "logout at the console": async ({ email }) => {
    const { kind } = await here.auth.console.logOutUser(email);
    return { status: kind === "logged_out" ? 200 : 500, text: kind };
  },
  "RFC 7009 with the access token": ({ tokens }) => oauth.revoke(tokens.accessToken),
  "RFC 7009 with the refresh token": ({ tokens }) => oauth.revoke(tokens.refreshToken),
};

/** What happens to Redis before the revocations, and what after them. */
interface Weather {
  before(): Promise<void> | void;
  after(): Promise<void> | void;
}

const nothing = (): void => undefined;

const weathers: Readonly<Record<string, Weather>> = {
  "with every cache hot": { before: nothing, after: nothing },
  "with Redis killed": {
    before: () => world.redis.kill(),
    after: () => world.redis.restart(),
  },
  "with a Redis that hangs": {
    before: () => world.redis.pause(),
    after: () => world.redis.resume(),
  },
  "with the revoker cut off from Redis": {
    before: () => here.wayToRedis.blackHole(),
    after: () => here.wayToRedis.heal(),
  },
  "with the other node cut off from Redis": {
    before: () => there.wayToRedis.blackHole(),
    after: () => there.wayToRedis.heal(),
  },
  "and then Redis is flushed": { before: nothing, after: () => world.redis.flush() },
  "CA-07 and then Redis evicts what may be evicted": { before: nothing, after: evictValues },
  "RT-05 and then Redis comes back from a snapshot of before": {
    before: () => world.redis.save(),
    async after() {
      await world.redis.kill();
      await world.redis.restart({ keepData: true });
    },
  },
};

/** What has a time to live is what an eviction policy of `volatile-*` takes. */
async function evictValues(): Promise<void> {
  const client = createClient({ url: world.redis.url });
  client.on("error", nothing);
  await client.connect();
  for await (const names of client.scanIterator({ MATCH: "portcullis:*" })) {
    for (const name of names) if ((await client.ttl(name)) >= 0) await client.unlink(name);
  }
  client.destroy();
}

async function expectAccepted(victims: readonly SignedInPerson[]): Promise<void> {
  for (const node of world.nodes) {
    const answers = await Promise.all(victims.map(({ tokens }) => node.me(tokens.accessToken)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  }
}

async function expectRefused(names: readonly string[], victims: readonly Victim[]): Promise<void> {
  for (const node of world.nodes) {
    const reasons = await Promise.all(
      victims.map(async ({ tokens }) => reasonOf(await node.me(tokens.accessToken))),
    );
    expect(names.map((name, index) => [name, reasons[index]])).toEqual(
      names.map((name) => [name, "token_revoked"]),
    );
  }
}

describe.each(Object.entries(weathers))("RT-13 V7.4.1 %s", (_, { before, after }) => {
  test("no token is taken that was revoked, and no other is refused", async () => {
    const names = Object.keys(revocations);
    const victims = await Promise.all(names.map(makeVictim));
    const bystander = await signInQuickly(there, world.clock);
    await expectAccepted([...victims, bystander]);

    const revoke = async (name: string, index: number): Promise<unknown> => {
      const answer = await revocations[name]?.(victims[index] as Victim);
      return [name, answer?.status];
    };

    await before();
    // The quickest by itself and asked of at once, before a node can notice that it hears nothing.
    const [quickest = "", ...others] = names;
    expect(await revoke(quickest, 0)).toEqual([quickest, 200]);
    await expectRefused([quickest], victims.slice(0, 1));
    const answers = await Promise.all(others.map((name, index) => revoke(name, index + 1)));
    expect(answers).toEqual(others.map((name) => [name, 200]));
    await expectRefused(names, victims);
    await expectAccepted([bystander]);

    await after();
    await expectRefused(names, victims);
    for (const node of world.nodes) {
      await expect.poll(() => node.cache.status().kind, { timeout: 20_000 }).toBe("cached");
    }
    await expectRefused(names, victims);
    await expectAccepted([bystander]);
    const refreshes = await Promise.all(
      victims.map(({ tokens }) => there.refresh(tokens.refreshToken)),
    );
    expect(refreshes.map(({ status }) => status)).toEqual(refreshes.map(() => 401));
  });
});

test("RT-13 RT-08 a replica that has missed a revocation, and is promoted, brings no token back", async () => {
  await using own = await startFragileWorld();
  await using link = await startFaultProxy({ target: own.redis });
  await using replica = await startRedis({ replicaOf: link });
  const [one, other] = own.nodes;
  const { tokens } = await signInQuickly(one, own.clock);
  const bystander = await signInQuickly(one, own.clock);
  for (const node of own.nodes) expect((await node.me(tokens.accessToken)).status).toBe(200);
  link.blackHole();
  const out = await one.mutate("auth.logout", undefined, { token: tokens.accessToken });
  expect(out.status).toBe(200);

  await own.redis.kill();
  await replica.promote();
  for (const { wayToRedis } of own.nodes) {
    wayToRedis.retarget(replica);
    wayToRedis.cut();
  }
  const standing = async (node: FragileNode): Promise<unknown> => [
    reasonOf(await node.me(tokens.accessToken)),
    (await node.me(bystander.tokens.accessToken)).status,
  ];
  expect(await standing(other)).toEqual(["token_revoked", 200]);
  for (const node of own.nodes) {
    await expect.poll(() => node.cache.status().kind, { timeout: 20_000 }).toBe("cached");
    expect(await standing(node)).toEqual(["token_revoked", 200]);
  }
});
