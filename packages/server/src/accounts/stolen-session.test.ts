import { expect, test } from "vitest";
import {
  mailedToken,
  reasonOf,
  signUpVerified,
  startWorld,
  testPassword,
} from "../../test/start-auth.ts";

const email = "target@example.test";
const thiefsEmail = "thief@example.test";

test("PRE-02 the mailed token of a thief does not outlive a logout everywhere", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const stolen = { token: (await signUpVerified(node, email)).accessToken };
  await node.mutate("auth.account.changeEmail", { email: thiefsEmail }, stolen);
  const token = await mailedToken(node, thiefsEmail, "confirm-email");
  await node.mutate("auth.logoutEverywhere", undefined, stolen);

  // The owner follows a link that the thief has sent them.
  const owner = { token: (await node.login(email)).accessToken };
  const answer = await node.mutate("auth.account.confirmEmail", { token }, owner);
  expect(reasonOf(answer)).toBe("email_token_invalid");
});

test("PRE-02 nor is one mailed that was still waiting when the password was changed", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const stolen = { token: (await signUpVerified(node, email)).accessToken };
  const waiting = node.database.selectFrom("portcullis.mail").select("kind");
  await node.auth.stop();
  await node.mutate("auth.account.changeEmail", { email: thiefsEmail }, stolen);
  const passwords = { currentPassword: testPassword, newPassword: "an entirely new password" };
  const changed = await node.mutate("auth.account.changePassword", passwords, stolen);
  expect(changed.status).toBe(200);
  expect(await waiting.execute()).toContainEqual({ kind: "email_change_requested" });

  await node.auth.start();
  await expect.poll(() => waiting.execute(), { timeout: 20_000 }).toEqual([]);
  const recipients = node.outbox.mails().map(({ to }) => to.address);
  expect(recipients).not.toContain(thiefsEmail);
});
