import type { Operation } from "@trpc/client";
import { expect, it } from "vitest";
import { startTestServer } from "./test-server.ts";
import type { HeldTokens } from "./token-set.ts";
import { createTransport } from "./transport.ts";

it("never puts calls of different tokens into one batch, though made in the same turn", async () => {
  await using server = await startTestServer();
  const transport = createTransport({
    url: server.url,
    maxBatchSize: 10,
    maxResponseBytes: 1_000_000,
    timeoutMs: 10_000,
    refreshTimeoutMs: 3_000,
  });

  function logIn(email: string): HeldTokens {
    const login = { email, refreshToken: "", revoked: false };
    const tokens = server.state.issue(login, 600);
    return { ...tokens, overAtMs: Infinity };
  }
  function whose(id: number): Operation {
    return { id, type: "query", path: "notes.whose", input: undefined, context: {}, signal: null };
  }

  const [ada, bob] = [logIn("ada@example.com"), logIn("bob@example.com")];
  const answers = await Promise.all([
    transport.sendBatched(whose(1), ada),
    transport.sendBatched(whose(2), bob),
    transport.sendBatched(whose(3), ada),
  ]);
  expect(answers.map((answer) => "data" in answer.result && answer.result.data)).toEqual([
    "ada@example.com",
    "bob@example.com",
    "ada@example.com",
  ]);
  expect(server.seen.map((request) => [request.path, request.authorization])).toEqual([
    ["notes.whose,notes.whose", `Bearer ${ada.accessToken}`],
    ["notes.whose", `Bearer ${bob.accessToken}`],
  ]);
});
