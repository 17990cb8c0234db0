import { randomBytes } from "node:crypto";
import type { StageCounters } from "./cost.ts";
import { findProcessors, planCpus, type CpuPlan } from "./cpu-plan.ts";
import { importKey } from "./import-key.ts";
import type { TokenKey } from "./minted-tokens.ts";
import { startNodeProcess, type NodeProcess } from "./node-process.ts";
import { openRedisStatistics } from "./redis-commands.ts";
import { openSeedRepository, type SeedRepository } from "./seed-repository.ts";
import { addressCount, addressOf, userAgent, type SeededUsers } from "./seeded-users.ts";
import type { Servers } from "./servers.ts";

/** Postgres, Redis and nodes of the service of their own, with users that can be made in bulk. */
export interface Stage extends AsyncDisposable {
  /** Origins of the nodes. */
  readonly targets: () => readonly string[];
  readonly cpus: CpuPlan;
  readonly key: TokenKey;
  readonly repository: SeedRepository;
  /** The password hash that all users share, made by the service. */
  readonly passwordHash: string;
  readonly password: string;
  /** Makes users nobody has used yet, each with live sessions and a refresh token for each. */
  readonly seed: (count: number, sessionsPerUser?: number) => Promise<SeededUsers>;
  readonly addNode: () => Promise<void>;
  readonly readCounters: () => Promise<StageCounters>;
  readonly circumstances: () => Promise<readonly string[]>;
}

export interface StageOptions {
  readonly nodes: number;
  /** So many there will be; default `nodes`. */
  readonly nodesMax?: number;
  /** More of the service's configuration. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Ends the making of many users. Default: nothing does. */
  readonly signal?: AbortSignal;
}

const issuer = "https://auth.loadtest.example";
const audience = "https://api.loadtest.example";
const tokenLifeSeconds = 600;
const callTimeoutMs = 15_000;
const templateEmail = "template@loadtest.example";

export async function openStage(
  servers: Servers,
  { nodes: nodeCount, nodesMax = nodeCount, variables = {}, ...options }: StageOptions,
): Promise<Stage> {
  await using opened = new AsyncDisposableStack();
  const cpus = planCpus(findProcessors(), nodesMax);
  const { postgresUrl, redisUrl } = opened.use(await servers.openPair(cpus.servers));
  const configuration = {
    PORT: "0",
    DATABASE_URL: postgresUrl,
    REDIS_URL: redisUrl,
    AUTH_SECRET: randomBytes(48).toString("base64url"),
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: audience,
    ACCESS_TOKEN_TTL_SECONDS: `${tokenLifeSeconds}`,
    REQUIRE_VERIFIED_EMAIL: "false",
    // The load comes through a proxy, as it were, from many addresses: all limits are as they always are.
    TRUSTED_PROXIES: "127.0.0.1",
    ...variables,
  };
  const nodes: NodeProcess[] = [];
  const startNode = async (owner: AsyncDisposableStack): Promise<void> => {
    nodes.push(owner.use(await startNodeProcess(configuration, cpus.nodes[nodes.length])));
  };
  // The first one makes the tables.
  await startNode(opened);
  const imported = await importKey(configuration);
  while (nodes.length < nodeCount) await startNode(opened);

  const repository = opened.use(openSeedRepository(postgresUrl));
  const redis = opened.use(await openRedisStatistics(redisUrl));
  const password = randomBytes(24).toString("base64url");
  const [first] = nodes;
  if (first === undefined) throw new Error("A stage has at least one node");
  await register(first.url, { email: templateEmail, password, name: "Template" });
  const passwordHash = await repository.passwordHashOf(templateEmail);
  const { signal = new AbortController().signal } = options;
  const seed = randomBytes(16).toString("hex");
  let seeded = 0;

  const parts = opened.move();
  return {
    targets: () => nodes.map(({ url }) => url),
    cpus,
    key: { ...imported, issuer, audience, lifeSeconds: tokenLifeSeconds },
    repository,
    passwordHash,
    password,
    async seed(count, sessionsPerUser = 1) {
      const range = { seed, first: seeded + 1, count, sessionsPerUser };
      seeded += count;
      const template = { email: templateEmail, userAgent, addresses: addressCount };
      await repository.insertUsers(range, template, signal);
      return { ...range, password };
    },
    addNode: () => startNode(parts),
    async readCounters() {
      const [probes, redisCommands, postgresTransactions] = await Promise.all([
        Promise.all(nodes.map((node) => node.probe())),
        redis.countCommands(),
        repository.countTransactions(),
      ]);
      return { nodes: probes, redisCommands, postgresTransactions, atMs: performance.now() };
    },
    async circumstances() {
      const [postgres, redisVersion] = await Promise.all([repository.describe(), redis.version()]);
      const flush = postgres.isDurable
        ? "each commit is flushed to disk"
        : "commits are not flushed to disk";
      return [
        `Postgres ${postgres.version} (${flush}), Redis ${redisVersion}, on the same machine, over loopback without TLS`,
        ...waysOfCounting,
      ];
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

const waysOfCounting = [
  `The service is as it comes, with its limits and a line of its log for each request; the load comes from ${addressCount} addresses, which it learns from X-Forwarded-For of a trusted proxy`,
  "CPU and memory are those of the nodes' processes alone; event-loop delay is how late a timer of 10 ms was",
  "Of Redis commands are counted, those inside of scripts too; of Postgres transactions rather than statements, up to a second late; both with what the nodes do by themselves",
];

/** The password is hashed as the service hashes all passwords; the others share the hash. */
async function register(
  url: string,
  input: { readonly email: string; readonly password: string; readonly name: string },
): Promise<void> {
  const response = await fetch(`${url}/trpc/auth.register`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": addressOf(0) },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(callTimeoutMs),
  });
  if (response.ok) return;
  await response.body?.cancel();
  throw new Error(`The service refused a registration with status ${response.status}`);
}
