import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { parseArguments, type RunArguments } from "./arguments.ts";
import { textReport } from "./report/text-report.ts";
import { runLoadtest, type LoadtestOutcome } from "./run-loadtest.ts";
import { createScenarioRecord, type ScenarioRecord } from "./scenarios/scenario-record.ts";
import { scenario as logoutStorm, tellVerdict } from "./scenarios/logout-storm.ts";
import type { LogoutSettings } from "./scenarios/logout-load.ts";
import type { RevocationVerdict } from "./scenarios/revocation-checker.ts";
import { reachService } from "./service-elsewhere.ts";
import { emailOf } from "./stage/seeded-users.ts";
import { startServers } from "./stage/servers.ts";
import { openStage, type Stage } from "./stage/stage.ts";

const quietly = { phase: () => undefined, say: () => undefined, end: () => undefined };
const never = new AbortController().signal;
/** Several starts of the service follow each other. */
const timeout = 180_000;

test("scenarios run on real servers, and every load is answered", { timeout }, async () => {
  const words = ["public", "logout-storm", "--short", "--seconds", "3"];
  const { results, hasFailed } = await run(words);
  expect(results.cutShort).toBeUndefined();
  expect(hasFailed).toBe(false);
  expect(results.scenarios.map(({ name }) => name)).toEqual(["public", "logout-storm"]);
  const runs = results.scenarios.flatMap((scenario) => scenario.runs);
  for (const { requests, failures, cost } of runs) {
    expect(requests).toBeGreaterThan(0);
    expect(failures).toEqual({});
    expect(cost?.cpuMicrosPerRequest).toBeGreaterThan(0);
  }
  expect(runs.at(-1)?.cost?.nodes).toBe(2);
  expect(runs.at(-1)?.cost?.postgresStatementsPerRequest).toBeGreaterThanOrEqual(0);
  expect(results.scenarios[1]?.findings).toMatchObject([{ tone: "good" }]);
  expect(textReport(results)).toContain("not one was accepted");
});

test("the checker finds tokens that are accepted after their log-out", { timeout }, async () => {
  await using servers = await startServers();
  // The lab has a check that knows of no revocation.
  await using stage = await openStage(servers, { nodes: 1, variables: { LAB: "true" } });
  const { context, outcome } = recordOn(stage);
  const source = new URL("scenarios/logout-load.ts", import.meta.url);
  // On a busy machine a short load may come to no read after a log-out.
  for (let load = 1; load <= 5 && !outcome().hasBrokenPromise; load += 1) {
    const users = await stage.seed(100, 2);
    const settings: LogoutSettings = { key: stage.key, users, readProcedure: "lab.stateless" };
    const { report } = await context.load({ source, settings, label: `${load}`, loop: "closed" });
    const verdict = report as RevocationVerdict;
    if (verdict.acceptedAfter > 0) tellVerdict(verdict, context);
  }
  expect(outcome().hasBrokenPromise).toBe(true);
  const [finding] = outcome().result.findings;
  expect(finding?.tone).toBe("bad");
  expect(finding?.text).toContain("were accepted: none may be");
});

test("a service that runs already is asked with an account of its own", { timeout }, async () => {
  await using servers = await startServers();
  await using stage = await openStage(servers, { nodes: 1 });
  const { first, password } = await stage.seed(1);
  const [url = ""] = stage.targets();
  const email = emailOf(first);
  const words = ["--url", url, "--email", email, "--password-stdin", "--short"];
  const typed = new PassThrough();
  typed.end(`${password}\n`);
  const service = await reachService({ url, email }, typed);
  const { results, hasFailed } = await run([...words, "--connections", "4"], service);
  expect(hasFailed).toBe(false);
  expect(results.scenarios.map(({ name }) => name)).toEqual(["protected", "public"]);
  for (const { requests, cost } of results.scenarios.flatMap(({ runs }) => runs)) {
    expect(requests).toBeGreaterThan(0);
    expect(cost).toBeUndefined();
  }
  expect(JSON.stringify(results)).not.toContain(password);
});

test(
  "what is interrupted keeps what was measured, and says that it is not whole",
  { timeout },
  async () => {
    const interruption = new AbortController();
    const words = ["public", "protected", "--short", "--seconds", "30"];
    const { results } = await run(words, undefined, interruption, (what) => {
      if (what.includes("1 of 30 s")) interruption.abort();
    });
    expect(results.cutShort).toContain("1 scenarios were not begun");
    expect(results.scenarios).toMatchObject([{ name: "public", runs: [{ loop: "closed" }] }]);
    expect(results.scenarios[0]?.runs[0]?.label).toContain("cut short");
    expect(results.scenarios[0]?.runs[0]?.requests).toBeGreaterThan(0);
  },
);

function run(
  words: readonly string[],
  service?: Awaited<ReturnType<typeof reachService>>,
  interruption?: AbortController,
  say: (what: string) => void = quietly.say,
): Promise<LoadtestOutcome> {
  return runLoadtest({
    arguments: parseArguments(words) as RunArguments,
    progress: { ...quietly, say },
    signal: interruption?.signal ?? never,
    service,
  });
}

function recordOn({ targets, readCounters, cpus }: Stage): ScenarioRecord {
  return createScenarioRecord({
    scenario: logoutStorm,
    targets,
    readCounters,
    generatorCpu: cpus.generator,
    options: {
      seconds: 2,
      rate: undefined,
      connections: undefined,
      isShort: true,
      isNamed: true,
    },
    signal: never,
    say: quietly.say,
  });
}
