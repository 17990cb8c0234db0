import { afterAll, beforeAll, expect, test } from "vitest";
import { claimsOf, reasonOf, startWorld } from "../start-auth.ts";
import type { TestNode, TestWorld } from "../start-auth.ts";
import { insertSignedIn } from "../valid-calls.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

async function versionOf(userId: string): Promise<unknown> {
  const { token_version: version } = await node.database
    .selectFrom("portcullis.user")
    .select("token_version")
    .where("id", "=", userId)
    .executeTakeFirstOrThrow();
  return Number(version);
}

test.each([2 ** 31 - 2, 2 ** 31 - 1, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER - 1])(
  "V1.4.2 a token version of %d is raised by one, and no token of before is accepted",
  async (version) => {
    const { id, email, tokens } = await insertSignedIn(node);
    await node.changeUser(id, { token_version: version });
    expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
    const { accessToken } = await node.login(email);
    expect(claimsOf(accessToken)["ver"]).toBe(version);
    const answer = await node.mutate("auth.logoutEverywhere", undefined, { token: accessToken });
    expect(answer.data).toEqual({ tokenVersion: version + 1 });
    expect(reasonOf(await node.me(accessToken))).toBe("token_revoked");
    const again = await node.login(email);
    expect(claimsOf(again.accessToken)["ver"]).toBe(version + 1);
    expect((await node.me(again.accessToken)).status).toBe(200);
  },
);

test("V1.4.2 the last safe token version is not raised, and says so", async () => {
  const { id, email, tokens } = await insertSignedIn(node);
  await node.changeUser(id, { token_version: Number.MAX_SAFE_INTEGER });
  const last = await node.login(email);
  const answer = await node.mutate("auth.logoutEverywhere", undefined, { token: last.accessToken });
  expect(reasonOf(answer)).toBe("internal");
  expect(answer.text).not.toMatch(/safe|constraint|token_version/);
  expect(await versionOf(id)).toBe(Number.MAX_SAFE_INTEGER);
  expect(reasonOf(await node.me(tokens.accessToken))).toBe("token_revoked");
});

test.each(["9007199254740992", "9223372036854775807", "0", "-1"])(
  "V1.4.2 Postgres keeps no token version of %s",
  async (version) => {
    const { id } = await insertSignedIn(node);
    const change = node.changeUser(id, { token_version: version as unknown as number });
    await expect(change).rejects.toThrow(/user_token_version_is_safe/);
    expect(await versionOf(id)).toBe(1);
  },
);
