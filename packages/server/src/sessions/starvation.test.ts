import { expect, test } from "vitest";
import { startWorld } from "../../test/start-auth.ts";
import type { TestNode } from "../../test/start-auth.ts";
import { insertSignedIn } from "../../test/valid-calls.ts";

const callsAtOnce = 24;

type Revocation = (node: TestNode) => Promise<unknown>;

const revokeAll: Revocation = ({ auth }) => auth.console.revokeAllTokens();

const retireKey: Revocation = async ({ auth }) => {
  const active = (await auth.keys.list()).find((key) => key.state === "active");
  return auth.keys.retire(active?.kid ?? "");
};

/** Each call holds the realm for reading while it waits for its user, so there is always one who does. */
test.each([
  ["V7.4.5 revoking all tokens", revokeAll],
  ["V11.1.1 retiring a key", retireKey],
])(
  "%s is not kept up by a user who calls without end",
  async (_, revoke) => {
    await using world = await startWorld({ nodes: 2 });
    const [node, operators] = world.nodes as [TestNode, TestNode];
    const { tokens } = await insertSignedIn(node);
    const input = { email: "another@example.test" };
    const call = () =>
      node.mutate("auth.account.changeEmail", input, { token: tokens.accessToken });
    let isOver = false;
    let calls = 0;
    const crowded = Promise.withResolvers<void>();
    const lanes = Array.from({ length: callsAtOnce }, async () => {
      while (!isOver) {
        await call();
        calls += 1;
        if (calls > 4 * callsAtOnce) crowded.resolve();
      }
    });
    await crowded.promise;
    try {
      await expect(revoke(operators)).resolves.toBeDefined();
    } finally {
      isOver = true;
      await Promise.all(lanes);
    }
  },
  60_000,
);
