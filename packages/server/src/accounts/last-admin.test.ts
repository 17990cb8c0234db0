import { afterEach, beforeEach, expect, test } from "vitest";
import { reasonOf, startWorld } from "../../test/start-auth.ts";
import type { Answer, TestNode, TestWorld } from "../../test/start-auth.ts";
import { insertSignedIn } from "../../test/valid-calls.ts";
import type { SignedInPerson } from "../../test/valid-calls.ts";

let world: TestWorld;
let node: TestNode;

beforeEach(async () => {
  world = await startWorld({
    nodes: 2,
    auth: { roles: { custom: { moderator: ["users:read"] } } },
  });
  [node] = world.nodes;
});
afterEach(() => world[Symbol.asyncDispose]());

const leave = ({ tokens }: SignedInPerson, through = node): Promise<Answer> =>
  through.mutate("auth.account.remove", undefined, { token: tokens.accessToken });

async function countAdmins(): Promise<number> {
  const admins = node.database.selectFrom("portcullis.user").select("id");
  return (await admins.where("role", "=", "admin").execute()).length;
}

test("V8.2.1 the last admin stays; everybody else may go, and an admin who leaves another behind", async () => {
  const admin = await insertSignedIn(node, "admin");
  const moderator = await insertSignedIn(node, "moderator");
  const refused = await leave(admin);
  expect(reasonOf(refused)).toBe("permission_denied");
  expect(refused.error?.data).toMatchObject({ permission: "users:set_role" });
  expect((await node.me(admin.tokens.accessToken)).status).toBe(200);
  expect((await leave(moderator)).status).toBe(200);
  await insertSignedIn(node, "admin");
  expect((await leave(admin)).status).toBe(200);
  expect(await countAdmins()).toBe(1);
});

test("V8.2.1 an admin who is banned is nobody to leave behind, until the ban is over", async () => {
  const admin = await insertSignedIn(node, "admin");
  const banned = await insertSignedIn(node, "admin");
  await node.changeUser(banned.id, { banned_at: new Date(world.clock.nowMs) });
  expect(reasonOf(await leave(admin))).toBe("permission_denied");
  await node.changeUser(banned.id, { ban_expires_at: new Date(world.clock.nowMs + 1000) });
  expect(reasonOf(await leave(admin))).toBe("permission_denied");
  world.clock.nowMs += 1000;
  expect((await leave(admin)).status).toBe(200);
});

test("V15.4.2 of all admins who leave at once, on several nodes, one stays", async () => {
  let stayed: readonly SignedInPerson[] = [];
  for (let round = 0; round < 5; round += 1) {
    const come = Array.from({ length: 4 }, () => insertSignedIn(node, "admin"));
    const admins = [...stayed, ...(await Promise.all(come))];
    const answers = await Promise.all(
      admins.map(async (admin, index) => leave(admin, world.nodes[index % 2])),
    );
    expect(await countAdmins()).toBe(1);
    stayed = admins.filter(
      (_, index) => reasonOf(answers[index] as Answer) === "permission_denied",
    );
    expect(stayed).toHaveLength(1);
  }
});
