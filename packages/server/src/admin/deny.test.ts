import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { reasonOf, startWorld } from "../../test/start-auth.ts";
import type { Answer, TestNode } from "../../test/start-auth.ts";
import { limits } from "../limits/limit-table.ts";

test("V16.3.2 a user who is denied again and again does not fill the audit log", async () => {
  await using world = await startWorld({ auth: { limits: { scale: 1 } } });
  const [node] = world.nodes;
  const { points } = limits.noted_denials;
  const { accessToken: token } = await node.signUp("eve@example.test");
  const listUsers = (): Promise<Answer> => node.query("auth.admin.users.list", { token });
  const calls = 2 * points;
  const answers = await Promise.all(Array.from({ length: calls }, listUsers));
  expect(new Set(answers.map(reasonOf))).toEqual(new Set(["permission_denied"]));
  const auditLog = { userId: randomUUID() };
  const input = encodeURIComponent(JSON.stringify(auditLog));
  await node.query(`auth.admin.auditLog?input=${input}`, { token });
  expect(node.events.filter(({ kind }) => kind === "permission_denied")).toHaveLength(calls + 1);

  await node.auth.stop();
  expect(await notedOf(node)).toEqual([
    ["audit:read", 1],
    ["users:read", points],
  ]);
});

/** How often each permission was denied, as the audit log has it. */
async function notedOf(node: TestNode): Promise<[string, number][]> {
  const rows = await node.database
    .selectFrom("portcullis.audit_event")
    .select("details")
    .where("kind", "=", "permission_denied")
    .execute();
  const permissions = rows.map(({ details }) => (details as { permission: string }).permission);
  return [...new Set(permissions)]
    .toSorted()
    .map((name) => [name, permissions.filter((permission) => permission === name).length]);
}
