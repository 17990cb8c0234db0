import { expect, test } from "vitest";
import { untilLockWaits } from "../../test/lock-waits.ts";
import { claimsOf, reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";

test("RT-06 a logout that comes after its session was replaced does not call it ended", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const { accessToken: token } = await node.signUp("ada@example.test");
  const { sid } = claimsOf(token);

  // Both calls have passed the check of the token, and the confirmation is first in line.
  const [confirmed, ended] = await node.database.transaction().execute(async (transaction) => {
    await transaction
      .selectFrom("portcullis.session")
      .select("id")
      .where("id", "=", sid)
      .forUpdate()
      .execute();
    const confirming = node.mutate("auth.confirm", { password: testPassword }, { token });
    await untilLockWaits(node, 1);
    const ending = node.mutate("auth.logout", undefined, { token });
    await untilLockWaits(node, 2);
    return [confirming, ending] as const;
  });
  expect((await confirmed).status).toBe(200);
  expect(reasonOf(await ended)).toBe("token_revoked");
});
