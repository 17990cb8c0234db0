import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { holdTransaction } from "../../test/held-transaction.ts";
import { untilLockWaits } from "../../test/lock-waits.ts";
import { permissionMatrix } from "../../test/permission-matrix.ts";
import { reasonOf, startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";
import { insertPerson, insertSignedIn, validInputs } from "../../test/valid-calls.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

/** Puts something else in the place of the sealed keys, and has every node load them again. */
async function replaceSealedKeys(sealed: Uint8Array): Promise<Uint8Array> {
  const { private_key_encrypted: before } = await node.database
    .selectFrom("portcullis.signing_key")
    .select("private_key_encrypted")
    .executeTakeFirstOrThrow();
  await node.cache.write([{ table: "auth_realm", id: "realm" }], async (transaction) => {
    await transaction
      .updateTable("portcullis.signing_key")
      .set({ private_key_encrypted: sealed })
      .execute();
    await transaction
      .updateTable("portcullis.realm")
      .set({ key_generation: sql<number>`key_generation + 1` })
      .execute();
  });
  return before;
}

async function countRefreshTokens(userId: string): Promise<number> {
  const rows = await node.database
    .selectFrom("portcullis.refresh_token as token")
    .innerJoin("portcullis.session as session", "session.id", "token.session_id")
    .select("token.id")
    .where("session.user_id", "=", userId)
    .execute();
  return rows.length;
}

const minting = Object.keys(permissionMatrix).filter((path) => permissionMatrix[path]?.mintsTokens);

test.each(minting)(
  "V16.5.3 %s does not say that nothing was done when no token can be signed for what was",
  async (path) => {
    const caller = await insertSignedIn(node);
    const input = await validInputs[path]?.({ node, caller, other: await insertPerson(node) });
    const { accessToken: token } = caller.tokens;
    // Its rows are in the cache then: the check of the call asks Postgres for nothing.
    expect((await node.me(token)).status).toBe(200);
    const before = await countRefreshTokens(caller.id);
    await using users = await holdTransaction(
      (work) => node.database.transaction().execute(work),
      (transaction) =>
        sql`lock table portcullis.user in access exclusive mode`.execute(transaction),
    );
    const needsToken = permissionMatrix[path]?.outcome.stranger === "unauthenticated";
    const call = node.mutate(`auth.${path}`, input, needsToken ? { token } : {});
    await untilLockWaits(node, 1);
    const sealed = await replaceSealedKeys(Buffer.alloc(150, 7));
    await users.commit();
    const answer = await call;
    await replaceSealedKeys(sealed);
    expect(reasonOf(answer)).toBe("outcome_unknown");
    expect(await countRefreshTokens(caller.id)).toBe(before + 1);
  },
);
