import { hash } from "@node-rs/argon2";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { reasonOf, startWorld, testPassword } from "../../test/start-auth.ts";

const oldCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

test("V11.2.2 a password that is changed while its hash is made anew stays changed", async () => {
  // One hash at a time, and each takes a while: there is time to come between.
  await using world = await startWorld({ auth: { passwords: { concurrency: 1, passes: 8 } } });
  const [node] = world.nodes;
  const email = "rehashed@example.test";
  const { user } = await node.signUp(email);
  await node.changeUser(user.id, { password_hash: await hash(testPassword, oldCost) });

  const opened = (): number => node.events.filter(({ kind }) => kind === "login_succeeded").length;
  expect(opened()).toBe(1);
  const login = node.mutate("auth.login", { email, password: testPassword });
  const crowd = Array.from({ length: 10 }, (_, index) =>
    node.mutate("auth.login", { email: `nobody${index}@example.test`, password: testPassword }),
  );
  await expect.poll(opened, { interval: 5 }).toBe(2);

  const newPassword = "another password than it was";
  const newHash = await hash(newPassword, oldCost);
  const held = Promise.withResolvers<void>();
  const changing = node.cache.write([{ table: "auth_user", id: user.id }], async (transaction) => {
    await transaction
      .updateTable("portcullis.user")
      .set({ password_hash: newHash })
      .where("id", "=", user.id)
      .execute();
    await held.promise;
  });
  const waiting = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(node.database);
    return rows[0]?.count ?? 0;
  };
  // The new hash of the old password is made, and waits for the row.
  await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
  held.resolve();
  await Promise.all([changing, login, ...crowd]);

  const again = await node.mutate("auth.login", { email, password: testPassword });
  expect(reasonOf(again)).toBe("invalid_credentials");
  expect((await node.mutate("auth.login", { email, password: newPassword })).status).toBe(200);
});
