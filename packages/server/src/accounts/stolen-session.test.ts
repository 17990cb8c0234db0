import { expect, test } from "vitest";
import {
  mailedToken,
  reasonOf,
  signUpVerified,
  startWorld,
  testPassword,
} from "../../test/start-auth.ts";

const next = "an entirely new password";
test("PRE-02 the mailed token of a thief does not outlive a logout everywhere", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const email = "target@example.test";
  const stolen = await signUpVerified(node, email);
  await node.mutate(
    "auth.account.changeEmail",
    { email: "thief@example.test" },
    { token: stolen.accessToken },
  );
  const link = await mailedToken(node, "thief@example.test", "confirm-email");
  await node.mutate("auth.logoutEverywhere", undefined, { token: stolen.accessToken });
  const owner = await node.login(email);
  // The owner follows a link that the thief has sent them.
  const answer = await node.mutate(
    "auth.account.confirmEmail",
    { token: link },
    { token: owner.accessToken },
  );
  expect(reasonOf(answer) ?? (answer.data as { email: string }).email).toBe("email_token_invalid");
});

test("PRE-02 nor does one whose mail was still waiting when the password was changed or reset", async () => {
  await using world = await startWorld();
  const [node] = world.nodes;
  const email = "target@example.test";
  const stolen = await signUpVerified(node, email);
  await node.auth.stop();
  await node.mutate(
    "auth.account.changeEmail",
    { email: "thief@example.test" },
    { token: stolen.accessToken },
  );
  const changed = await node.mutate(
    "auth.account.changePassword",
    { currentPassword: testPassword, newPassword: next },
    { token: stolen.accessToken },
  );
  expect(changed.status).toBe(200);
  await node.auth.start();
  const outcome = await Promise.race([
    mailedToken(node, "thief@example.test", "confirm-email"),
    new Promise<string>((r) => setTimeout(() => r("no mail"), 3000)),
  ]);
  if (outcome === "no mail") return;
  const owner = await node.login(email, next);
  const answer = await node.mutate(
    "auth.account.confirmEmail",
    { token: outcome },
    { token: owner.accessToken },
  );
  expect(reasonOf(answer) ?? (answer.data as { email: string }).email).toBe("email_token_invalid");
});
