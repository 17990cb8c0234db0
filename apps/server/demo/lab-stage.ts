import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startPostgres, startRedis } from "@portcullis/test-servers";
import { startControlServer } from "./control-server.ts";
import { disturb } from "./disturbed-servers.ts";
import { findFreePorts } from "./free-ports.ts";
import type { Report } from "./report.ts";
import { startServiceProcess, type ServiceProcess } from "./service-process.ts";

const nodeNames = ["A", "B", "C"] as const;
const builtPages = fileURLToPath(new URL("../../web/dist", import.meta.url));

/**
 * Postgres, Redis, three nodes and what disturbs them, each gone with `started`. The pages come from
 * the first node, which is told of by its address.
 */
export async function setLab(
  report: Report,
  started: AsyncDisposableStack,
  pages = builtPages,
): Promise<{ readonly url: string }> {
  const postgres = await report.step("Postgres", async () => started.use(await startPostgres()));
  const redis = await report.step("Redis", async () => started.use(await startRedis()));
  // The nodes are told of each other before they listen, so their ports must be known first.
  const [controlPort = 0, ...ports] = await findFreePorts(1 + nodeNames.length);
  // By this name browsers take cookies without https.
  const origins = ports.map((port) => `http://localhost:${port}`);
  const [pageOrigin = ""] = origins;

  const processes = new Map<string, ServiceProcess>();
  const key = randomBytes(24).toString("base64url");
  const servers = disturb(
    redis,
    nodeNames.map((name, index) => ({
      name,
      process: () => processes.get(name),
      servesPage: index === 0,
    })),
  );
  await report.step("The control, which pauses and kills them", async () =>
    started.use(await startControlServer({ servers, port: controlPort, key, pageOrigin })),
  );

  const variables = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    AUTH_SECRET: randomBytes(48).toString("base64"),
    // The lab makes accounts that nobody reads mails of.
    REQUIRE_VERIFIED_EMAIL: "false",
    PUBLIC_URL: pageOrigin,
    ALLOWED_ORIGINS: origins.join(","),
    LAB: "true",
    LAB_CONTROL_URL: `http://127.0.0.1:${controlPort}/?key=${key}`,
    WEB_ROOT: pages,
  };
  const startNode = (name: string, index: number): Promise<void> =>
    report.step(`Node ${name}`, async () => {
      const own = {
        ...variables,
        PORT: String(ports[index]),
        LAB_NODES: labNodes(origins, index),
      };
      processes.set(name, started.use(await startServiceProcess(own)));
    });
  // The first one makes the tables.
  const [first, ...others] = nodeNames;
  await startNode(first, 0);
  await Promise.all(others.map((name, index) => startNode(name, index + 1)));
  return { url: `${pageOrigin}/lab` };
}

/** All nodes, beginning with the one that is told. */
function labNodes(origins: readonly string[], first: number): string {
  const named = origins.map((origin, index) => `${nodeNames[index]}=${origin}`);
  return [...named.slice(first), ...named.slice(0, first)].join(",");
}
