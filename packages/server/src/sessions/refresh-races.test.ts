import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { hash } from "@node-rs/argon2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { Answer, BodyTokenSet, TestNode, TestWorld } from "../../test/start-auth.ts";
import { insertRefreshToken } from "../repositories/refresh-tokens.ts";
import { insertSession } from "../repositories/sessions.ts";
import { insertUser } from "../repositories/users.ts";
import { hashOf, makeOpaqueToken, writeOpaqueToken } from "../tokens/opaque-token.ts";

/** `RACE_ROUNDS=1000` is the long form. */
const rounds = Number(process.env["RACE_ROUNDS"] ?? 24);
const newPassword = "an entirely new password";

let world: TestWorld;
let nodes: readonly [TestNode, TestNode, TestNode];
let admin: BodyTokenSet;
let passwordHash: string;

beforeAll(async () => {
  world = await startWorld({ nodes: 3 });
  nodes = world.nodes as unknown as typeof nodes;
  passwordHash = await hash(testPassword, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  admin = await signIn(nodes[0], "admin");
}, 60_000);
afterAll(() => world[Symbol.asyncDispose]());

/** A user with a session, without the time that passwords take. */
async function signIn(node: TestNode, role = "user"): Promise<BodyTokenSet> {
  const nowMs = world.clock.nowMs;
  const [userId, sessionId] = [randomUUID(), randomUUID()];
  const token = makeOpaqueToken();
  const life = { createdAtMs: nowMs, expiresAtMs: nowMs + 3_600_000 };
  await node.database.transaction().execute(async (transaction) => {
    const email = `${userId}@example.test`;
    const user = { id: userId, email, name: "Ada", role, passwordHash };
    await insertUser(transaction, { ...user, emailVerifiedAtMs: nowMs, createdAtMs: nowMs });
    const versions = { tokenVersion: 1, tokenEpoch: 1 };
    const from = { userAgent: null, address: null };
    await insertSession(transaction, { id: sessionId, userId, ...versions, ...from, ...life });
    const secretHash = hashOf(token);
    await insertRefreshToken(transaction, {
      id: token.id,
      sessionId,
      secretHash,
      generation: 1,
      ...life,
    });
  });
  const answer = await node.refresh(writeOpaqueToken(token));
  expect(answer.status).toBe(200);
  return answer.data as BodyTokenSet;
}

type Call = (node: TestNode, tokens: BodyTokenSet) => Promise<Answer>;

const own =
  (path: string, input?: unknown): Call =>
  (node, { accessToken }) =>
    node.mutate(path, input, { token: accessToken });
const byAdmin =
  (path: string, input: object = {}): Call =>
  (node, { user }) =>
    node.mutate(path, { userId: user.id, ...input }, { token: admin.accessToken });

/** What ends every session of a user, and what may open or prolong one at the same time. */
const revocations: Record<string, Call> = {
  logout: own("auth.logout"),
  "logout everywhere": own("auth.logoutEverywhere"),
  "account deletion": own("auth.account.remove"),
  "password change": own("auth.account.changePassword", {
    currentPassword: testPassword,
    newPassword,
  }),
  ban: byAdmin("auth.admin.users.ban", { reason: "a race" }),
  "log out by an admin": byAdmin("auth.admin.users.logout"),
};
const rivals: Record<string, Call> = {
  refresh: (node, { refreshToken }) => node.refresh(refreshToken),
  "entering the password again": own("auth.confirm", { password: testPassword }),
  "changing the password": own("auth.account.changePassword", {
    currentPassword: testPassword,
    newPassword: "another new password",
  }),
};

/** Lets the two calls meet at another step each round. */
async function race(round: number, first: () => Promise<Answer>, second: () => Promise<Answer>) {
  const isTurned = round % 2 === 1;
  const [ahead, behind] = isTurned ? [second, first] : [first, second];
  const leading = ahead();
  for (let turn = 0; turn < Math.floor(round / 2) % 40; turn += 1) await nextTurn();
  const trailing = behind();
  const answers = await Promise.all([leading, trailing]);
  return isTurned ? answers.toReversed() : answers;
}

describe.each(Object.keys(revocations))("RT-06 %s", (revocation) => {
  test.each(Object.keys(rivals))(
    "against %s: when both have returned, nothing lives",
    async (rival) => {
      const isSlow = revocation === "password change" || rival !== "refresh";
      for (let round = 0; round < (isSlow ? Math.ceil(rounds / 3) : rounds); round += 1) {
        const [one, two, three] = [0, 1, 2].map((offset) => nodes[(round + offset) % 3]) as [
          TestNode,
          TestNode,
          TestNode,
        ];
        const before = await signIn(three);
        const revoke = revocations[revocation] as Call;
        const open = rivals[rival] as Call;
        const [answer, ended] = (await race(
          round,
          () => open(one, before),
          () => revoke(two, before),
        )) as [Answer, Answer];
        expectAnswered(answer);
        expectAnswered(ended);
        // The rival came first and ended the session itself: then there was nothing left to revoke.
        expect(["done", "token_revoked"]).toContain(reasonOf(ended) ?? "done");
        const isRefused = ended.status !== 200;

        const born = answer.status === 200 ? [answer.data as BodyTokenSet] : [];
        const dead = isRefused ? [before] : [before, ...born];
        for (const tokens of dead) {
          for (const node of nodes) {
            expect([round, reasonOf(await node.me(tokens.accessToken))]).toEqual([
              round,
              "token_revoked",
            ]);
          }
          expect((await three.refresh(tokens.refreshToken)).status).toBe(401);
        }
      }
    },
  );
});

/** Refused or done, but not lost: nothing here takes a server away. */
function expectAnswered(answer: Answer): void {
  expect([200, 401, 503]).toContain(answer.status);
}
