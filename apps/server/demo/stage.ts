import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres, startRedis } from "@portcullis/test-servers";
import type { Report } from "./report.ts";
import { startServiceProcess } from "./service-process.ts";

/** A node of the service, as the story calls it. */
export interface Node {
  readonly name: string;
  readonly url: string;
}

/** Postgres, Redis and two nodes of the service, each a process. Gone with `started`. */
export async function setServers(
  report: Report,
  started: AsyncDisposableStack,
): Promise<readonly [Node, ...Node[]]> {
  const postgres = await report.step("Postgres", async () => started.use(await startPostgres()));
  const redis = await report.step("Redis", async () => started.use(await startRedis()));
  const variables = {
    PORT: "0",
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    AUTH_SECRET: randomBytes(48).toString("base64"),
    // The story is about tokens; nobody reads mails in it.
    REQUIRE_VERIFIED_EMAIL: "false",
  };
  const startNode = async (name: string): Promise<Node> => {
    const service = started.use(await startServiceProcess(variables));
    return { name, url: service.url };
  };
  // The first one makes the tables.
  const a = await report.step("Node A, which makes the tables", () => startNode("node A"));
  const b = await report.step("Node B, on the same Postgres and Redis", () => startNode("node B"));
  return [a, b];
}

/** One node that keeps everything in a folder of its own. */
export async function setEmbedded(
  report: Report,
  started: AsyncDisposableStack,
): Promise<readonly [Node, ...Node[]]> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-demo-"));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const node = await report.step("One node, with its data in a folder", async () => {
    const service = started.use(await startServiceProcess({ PORT: "0", DATA_DIR: folder }));
    return { name: "the node", url: service.url };
  });
  return [node];
}
