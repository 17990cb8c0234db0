import { expect, it } from "vitest";
import { runCommand, startNodeFor, variablesFor } from "../cli/test-command.ts";
import {
  clientOf,
  newCredentials,
  outcomeOf,
  signedInClient,
  startTestServers,
  type TestClient,
  type TestServers,
  type TestService,
} from "../test-service.ts";
import { createRecentEvents } from "./recent-events.ts";
import { createHealthCheck } from "./service-health.ts";

/** An admin whom an operator has made, signed in at the node. */
async function signInAdmin(servers: TestServers, node: TestService): Promise<TestClient> {
  const { email, password } = newCredentials();
  const words = ["user", "create-admin", "--email", email, "--name", "Root", "--password-stdin"];
  const ended = await runCommand(variablesFor(servers), words, `${password}\n`);
  expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
  const client = clientOf(node);
  await client.api.auth.login.mutate({ email, password });
  return client;
}

it("tells an admin how a node is, and nobody else", async () => {
  await using servers = await startTestServers();
  await using node = await startNodeFor(servers);
  const admin = await signInAdmin(servers, node);
  const { health } = admin.api.service;
  const healthy = await health.query();
  expect(healthy).toEqual({
    node: expect.stringMatching(/./),
    uptimeSeconds: expect.any(Number),
    leaseMs: 1000,
    cache: { kind: "cached", epoch: expect.stringMatching(/^\d+$/) },
    metrics: {
      reads: {
        near: expect.any(Number),
        store: expect.any(Number),
        postgres: expect.any(Number),
      },
      near: { rows: expect.any(Number), bytes: expect.any(Number) },
      audit: { audited: 0, differences: 0, skipped: 0 },
    },
    postgres: "up",
    redis: "up",
    events: expect.arrayContaining([
      { at: expect.stringMatching(/^\d{4}-.*Z$/), kind: "joined", count: 1 },
    ]),
  });

  const user = await signedInClient(node);
  expect(await outcomeOf(user.api.service.health.query())).toBe("permission_denied");
  expect(await outcomeOf(clientOf(node).api.service.health.query())).toBe("unauthenticated");

  await servers.redis.stop();
  await user.api.auth.account.rename.mutate({ name: "Written without Redis" });
  const bypassed = await health.query();
  expect(bypassed).toMatchObject({ cache: { kind: "bypass" }, postgres: "up", redis: "down" });
  expect(bypassed.events.map(({ kind }) => kind)).toContain("bypassed");
  expect(JSON.stringify(bypassed)).not.toContain("ECONNREFUSED");
});

it("tells of a node without Redis that it uses none, and of a Postgres that is away", async () => {
  let nowMs = 0;
  const checkHealth = createHealthCheck({
    node: "a",
    leaseMs: 1000,
    cache: {
      status: () => ({ kind: "uncached" }),
      metrics: () => ({
        reads: { near: 1, store: 2, postgres: 3 },
        near: { rows: 4, bytes: 5 },
        audit: { audited: 0, differences: 0, skipped: 0 },
      }),
    },
    redis: undefined,
    answersPostgres: async () => false,
    events: createRecentEvents(() => nowMs),
    now: () => nowMs,
  });
  nowMs = 2500;
  expect(await checkHealth()).toMatchObject({
    uptimeSeconds: 2,
    cache: { kind: "uncached" },
    postgres: "down",
    redis: "not_used",
    events: [],
  });
});
