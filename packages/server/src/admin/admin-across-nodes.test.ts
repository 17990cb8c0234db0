import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../../test/start-auth.ts";
import { insertPerson, insertSignedIn } from "../../test/valid-calls.ts";
import type { SignedInPerson } from "../../test/valid-calls.ts";
import type { AdminCreation } from "./create-admin.ts";

let world: TestWorld;
let nodes: readonly TestNode[];
let admin: SignedInPerson;

beforeAll(async () => {
  world = await startWorld({
    nodes: 3,
    auth: { roles: { custom: { moderator: ["users:read"] } } },
  });
  nodes = world.nodes;
  admin = await insertSignedIn(world.nodes[0], "admin");
});
afterAll(() => world[Symbol.asyncDispose]());

/** The node that a round is for: each takes its turn at making the change. */
const nodeOf = (round: number): TestNode => nodes[round % nodes.length] ?? world.nodes[0];
const rounds = Array.from({ length: 9 }, (_, round) => round);

const act = (node: TestNode, path: string, input: unknown): Promise<Answer> =>
  node.mutate(`auth.admin.${path}`, input, { token: admin.tokens.accessToken });
const listUsers = (node: TestNode, token: string): Promise<Answer> =>
  node.query(`auth.admin.users.list?input=${encodeURIComponent("{}")}`, { token });

/** Reads the rows of the user's token on every node, so that each has them in memory. */
async function warmUp({ tokens }: SignedInPerson): Promise<void> {
  for (const node of nodes) {
    for (let time = 0; time < 2; time += 1) {
      expect((await node.me(tokens.accessToken)).status).toBe(200);
    }
  }
}

const reasonsEverywhere = (call: (node: TestNode) => Promise<Answer>) =>
  Promise.all(nodes.map(async (node) => reasonOf(await call(node)) ?? "runs"));
const everywhere = (reason: string): string[] => nodes.map(() => reason);

test.each(rounds)(
  "V7.4.2 V8.3.2 a ban holds on every node once it has returned, round %i",
  async (round) => {
    const user = await insertSignedIn(nodeOf(round + 1));
    await warmUp(user);
    const banned = await act(nodeOf(round), "users.ban", { userId: user.id, reason: "Spam" });
    expect(banned.status).toBe(200);
    const { accessToken, refreshToken } = user.tokens;
    expect(await reasonsEverywhere((node) => node.me(accessToken))).toEqual(
      everywhere("token_revoked"),
    );
    const credentials = { email: user.email, password: testPassword };
    expect(await reasonsEverywhere((node) => node.refresh(refreshToken))).toEqual(
      everywhere("refresh_token_invalid"),
    );
    expect(await reasonsEverywhere((node) => node.mutate("auth.login", credentials))).toEqual(
      everywhere("invalid_credentials"),
    );

    await act(nodeOf(round + 2), "users.unban", { userId: user.id });
    expect(await reasonsEverywhere((node) => node.me(accessToken))).toEqual(
      everywhere("token_revoked"),
    );
    expect(await reasonsEverywhere((node) => node.mutate("auth.login", credentials))).toEqual(
      everywhere("runs"),
    );
  },
);

test.each(rounds)(
  "V8.3.2 a role holds on every node once it was given, and no more once taken, round %i",
  async (round) => {
    const user = await insertSignedIn(nodeOf(round + 1));
    const list = (node: TestNode): Promise<Answer> => listUsers(node, user.tokens.accessToken);
    await warmUp(user);
    for (const [role, reason] of [
      ["moderator", "runs"],
      ["user", "permission_denied"],
      ["admin", "runs"],
      ["user", "permission_denied"],
    ] as const) {
      expect((await act(nodeOf(round), "users.setRole", { userId: user.id, role })).status).toBe(
        200,
      );
      expect(await reasonsEverywhere(list)).toEqual(everywhere(reason));
    }
  },
);

test.each(rounds)(
  "V7.4.5 a forced logout holds on every node once it has returned, round %i",
  async (round) => {
    const user = await insertSignedIn(nodeOf(round + 1));
    const other = await insertSignedIn(nodeOf(round + 2));
    await warmUp(user);
    await warmUp(other);
    expect((await act(nodeOf(round), "users.logout", { userId: user.id })).status).toBe(200);
    expect(await reasonsEverywhere((node) => node.me(user.tokens.accessToken))).toEqual(
      everywhere("token_revoked"),
    );
    expect(await reasonsEverywhere((node) => node.me(other.tokens.accessToken))).toEqual(
      everywhere("runs"),
    );
  },
);

test.each(rounds)(
  "V7.4.5 revoking all tokens holds on every node once it has returned, round %i",
  async (round) => {
    const boss = await insertSignedIn(nodeOf(round), "admin");
    const user = await insertSignedIn(nodeOf(round + 1));
    await warmUp(user);
    const answer = await nodeOf(round).mutate("auth.admin.revokeAllTokens", undefined, {
      token: boss.tokens.accessToken,
    });
    expect(answer.status).toBe(200);
    for (const { tokens } of [boss, user, admin]) {
      expect(await reasonsEverywhere((node) => node.me(tokens.accessToken))).toEqual(
        everywhere("token_revoked"),
      );
    }
    expect(await reasonsEverywhere((node) => node.refresh(user.tokens.refreshToken))).toEqual(
      everywhere("refresh_token_invalid"),
    );
    admin = { ...admin, tokens: await nodeOf(round).login(admin.email) };
    expect(await reasonsEverywhere((node) => node.me(admin.tokens.accessToken))).toEqual(
      everywhere("runs"),
    );
  },
);

describe("an admin made at the console", () => {
  const make = async (email: string, password = testPassword): Promise<AdminCreation> => {
    const outcome = await nodeOf(2).auth.console.createAdmin({ email, name: "Root", password });
    if ("userId" in outcome) return outcome;
    throw new Error(`No admin was made: ${outcome.kind}`);
  };

  test("V6.3.2 signs in on every node with the password that was chosen", async () => {
    const creation = await make("Root@example.test");
    expect(creation).toEqual({ kind: "created", userId: expect.any(String) });
    for (const node of nodes) {
      const tokens = await node.login("root@example.test");
      expect(tokens.user).toMatchObject({
        id: creation.userId,
        role: "admin",
        emailVerified: true,
        name: "Root",
      });
      expect((await listUsers(node, tokens.accessToken)).status).toBe(200);
    }
    const events = await auditKindsOf(creation.userId);
    expect(events).toContainEqual({ kind: "admin_created", actor_id: null, details: {} });
  });

  test("V8.3.2 may be a user who is there, and is one on every node at once", async () => {
    const user = await insertSignedIn(nodeOf(1));
    await warmUp(user);
    const creation = await make(user.email, "not the password of the user");
    expect(creation).toEqual({ kind: "promoted", userId: user.id });
    const list = (node: TestNode): Promise<Answer> => listUsers(node, user.tokens.accessToken);
    expect(await reasonsEverywhere(list)).toEqual(everywhere("runs"));
    // The account stays its user's: neither the password nor the name was changed.
    expect((await nodeOf(2).login(user.email)).user.name).toBe("Ada");
    expect(await auditKindsOf(user.id)).toContainEqual({
      kind: "role_changed",
      actor_id: null,
      details: { from: "user", to: "admin" },
    });
  });

  test.each([
    ["unverified", { email_verified_at: null }],
    ["banned", { banned_at: new Date(0) }],
  ] as const)("V8.2.1 is not made of a user who is %s", async (why, change) => {
    const user = await insertPerson(world.nodes[0]);
    await world.nodes[0].changeUser(user.id, change);
    expect(await make(user.email)).toEqual({ kind: "refused", userId: user.id, why });
    const row = await world.nodes[0].database
      .selectFrom("portcullis.user")
      .select("role")
      .where("id", "=", user.id)
      .executeTakeFirst();
    expect(row).toEqual({ role: "user" });
  });

  test("DB-06 is one, however many operators make it at once", async () => {
    const creations = await Promise.all(rounds.map(() => make("many@example.test")));
    expect(creations.map(({ kind }) => kind).toSorted()).toEqual([
      "created",
      ...rounds.slice(1).map(() => "promoted"),
    ]);
    expect(new Set(creations.map(({ userId }) => userId)).size).toBe(1);
  });

  const auditKindsOf = (userId: string): Promise<unknown[]> =>
    world.nodes[0].database
      .selectFrom("portcullis.audit_event")
      .select(["kind", "actor_id", "details"])
      .where("user_id", "=", userId)
      .execute();
});
