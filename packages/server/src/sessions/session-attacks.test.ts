import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { untilLockWaits } from "../../test/lock-waits.ts";
import { claimsOf, reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";
import type { Answer, BodyTokenSet, TestNode } from "../../test/start-auth.ts";
import { insertPerson, insertSignedIn } from "../../test/valid-calls.ts";
import { insertRefreshToken } from "../repositories/refresh-tokens.ts";
import { insertSession } from "../repositories/sessions.ts";
import { hashOf, makeOpaqueToken, writeOpaqueToken } from "../tokens/opaque-token.ts";

/** Puts a session into the database, without the cost of a login, and gives its refresh token. */
async function plantSession(node: TestNode, userId: string, createdAtMs: number): Promise<string> {
  const id = randomUUID();
  const token = makeOpaqueToken();
  const life = { createdAtMs, expiresAtMs: createdAtMs + 86_400_000 };
  const device = { userAgent: null, address: null };
  await node.database.transaction().execute(async (transaction) => {
    await insertSession(transaction, {
      id,
      userId,
      tokenVersion: 1,
      tokenEpoch: 1,
      ...device,
      ...life,
    });
    await insertRefreshToken(transaction, {
      id: token.id,
      sessionId: id,
      secretHash: hashOf(token),
      generation: 1,
      ...life,
    });
  });
  return writeOpaqueToken(token);
}

async function countLiveSessions(node: TestNode): Promise<number> {
  const { live } = await node.database
    .selectFrom("portcullis.session")
    .select((build) => build.fn.countAll().as("live"))
    .where("revoked_at", "is", null)
    .executeTakeFirstOrThrow();
  return Number(live);
}

const outcomeOf = (answer: Answer): string => reasonOf(answer) ?? "done";

test("V7.1.2 a hundred sessions are a bound too, and ending the others leaves none", async () => {
  await using world = await startWorld({ auth: { sessions: { perUserMax: 100 } } });
  const [node] = world.nodes;
  const user = await insertSignedIn(node);
  const oldest = await plantSession(node, user.id, world.clock.nowMs - 1000);
  for (let age = 1; age < 99; age += 1) {
    await plantSession(node, user.id, world.clock.nowMs - 500 + age);
  }
  expect(await countLiveSessions(node)).toBe(100);

  let last = user.tokens;
  for (let login = 0; login < 4; login += 1) {
    world.clock.nowMs += 1;
    last = await node.login(user.email);
  }
  expect(await countLiveSessions(node)).toBe(100);
  expect(outcomeOf(await node.refresh(oldest))).toBe("refresh_token_invalid");

  const token = last.accessToken;
  const ended = await node.mutate("auth.sessions.revokeOthers", undefined, { token });
  expect(outcomeOf(ended)).toBe("done");
  expect(await countLiveSessions(node)).toBe(1);
});

test("V11.2.2 logins at once whose hash is made anew all succeed", async () => {
  await using world = await startWorld({ auth: { passwords: { passes: 3, concurrency: 4 } } });
  const [node] = world.nodes;
  const { email } = await insertPerson(node);
  const login = () => node.mutate("auth.login", { email, password: testPassword });
  const answers = await Promise.all(Array.from({ length: 4 }, login));
  expect(answers.map(outcomeOf)).toEqual(["done", "done", "done", "done"]);
});

test("V7.5.2 ending the others ends the one that a confirmation has just put in place of one", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const user = await insertSignedIn(node);
  const other = await node.login(user.email);
  const { confirming, ending } = await node.database.transaction().execute(async (transaction) => {
    await sql`lock table portcullis.audit_event in exclusive mode`.execute(transaction);
    const password = { password: testPassword };
    const confirm = node.mutate("auth.confirm", password, { token: user.tokens.accessToken });
    await untilLockWaits(node, 1);
    const options = { token: other.accessToken };
    const end = node.mutate("auth.sessions.revokeOthers", undefined, options);
    await untilLockWaits(node, 2);
    return { confirming: confirm, ending: end };
  });
  const confirmed = await confirming;
  const ended = await ending;
  expect([outcomeOf(confirmed), outcomeOf(ended)]).toEqual(["done", "done"]);
  const born = await node.me((confirmed.data as BodyTokenSet).accessToken);
  expect(outcomeOf(born)).toBe("token_revoked");
});

test("V16.2.1 the session of another user that a login ends is in that user's audit log", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const before = await insertSignedIn(node);
  const after = await insertPerson(node);
  const credentials = { email: after.email, password: testPassword };
  const token = before.tokens.accessToken;
  expect(outcomeOf(await node.mutate("auth.login", credentials, { token }))).toBe("done");
  const rows = await node.database
    .selectFrom("portcullis.audit_event")
    .select(["user_id", "session_id"])
    .where("kind", "=", "session_revoked")
    .execute();
  expect(rows).toEqual([{ user_id: before.id, session_id: claimsOf(token).sid }]);
});

test("API-01 a mailed token is not taken in a batch", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const { tokens } = await insertSignedIn(node);
  const calls = Array.from({ length: 10 }, () => "auth.account.confirmEmail");
  const inputs = calls.map(() => ({ token: `${randomUUID()}.${"A".repeat(43)}` }));
  const response = await node.fetch(
    new Request(`http://api.test/trpc/${calls.join(",")}?batch=1`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${tokens.accessToken}`,
      },
      body: JSON.stringify({ ...inputs }),
    }),
  );
  const answers = (await response.json()) as { error: { data: { reason: string } } }[];
  const reasons = answers.map(({ error }) => error.data.reason);
  expect(reasons).toEqual(calls.map(() => "request_refused"));
});

test("V7.4.2 a call that began before a ban does not change the account once the ban has returned", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const user = await insertSignedIn(node);
  const options = { token: user.tokens.accessToken };
  const row = { table: "auth_user", id: user.id };
  const { renaming, ending } = await node.cache.write([row], async (transaction) => {
    await transaction
      .updateTable("portcullis.user")
      .set({ banned_at: new Date(), token_version: 2 })
      .where("id", "=", user.id)
      .execute();
    const rename = node.mutate("auth.account.rename", { name: "Slur" }, options);
    const end = node.mutate("auth.logoutEverywhere", undefined, options);
    await untilLockWaits(node, 2);
    return { renaming: rename, ending: end };
  });
  expect(outcomeOf(await renaming)).toBe("token_revoked");
  expect(outcomeOf(await ending)).toBe("token_revoked");
});
