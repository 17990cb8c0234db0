import { randomUUID } from "node:crypto";
import { insertRefreshToken } from "../../src/repositories/refresh-tokens.ts";
import { insertSession } from "../../src/repositories/sessions.ts";
import { hashOf, makeOpaqueToken, writeOpaqueToken } from "../../src/tokens/opaque-token.ts";
import type { BodyTokenSet, TestClock, TestNode } from "../start-auth.ts";
import { insertPerson } from "../valid-calls.ts";
import type { Person, SignedInPerson } from "../valid-calls.ts";

const hourMs = 3_600_000;

/** Opens a session as a login would, without the time that a password takes. */
export async function openQuickly(
  node: TestNode,
  { id: userId }: Person,
  { nowMs }: TestClock,
): Promise<BodyTokenSet> {
  const id = randomUUID();
  const token = makeOpaqueToken();
  const life = { createdAtMs: nowMs, expiresAtMs: nowMs + hourMs };
  await node.database.transaction().execute(async (transaction) => {
    const { token_epoch } = await transaction
      .selectFrom("portcullis.realm")
      .select("token_epoch")
      .executeTakeFirstOrThrow();
    const session = { id, userId, tokenVersion: 1, tokenEpoch: Number(token_epoch) };
    await insertSession(transaction, { ...session, userAgent: null, address: null, ...life });
    const secretHash = hashOf(token);
    const first = { id: token.id, sessionId: id, secretHash, generation: 1 };
    await insertRefreshToken(transaction, { ...first, ...life });
  });
  const answer = await node.refresh(writeOpaqueToken(token));
  if (answer.status !== 200) throw new Error(`The refresh failed: ${answer.text}`);
  return answer.data as BodyTokenSet;
}

/** A new user with a session. */
export async function signInQuickly(
  node: TestNode,
  clock: TestClock,
  role = "user",
): Promise<SignedInPerson> {
  const person = await insertPerson(node, role);
  return { ...person, tokens: await openQuickly(node, person, clock) };
}
