import type { Auth } from "@portcullis/server";
import { createAuthNode } from "../../auth-node.ts";
import type { Environment, ServiceConfig, StorageConfig } from "../../config.ts";
import { isForOperator } from "../../for-operator.ts";
import type { Logger } from "../../log.ts";
import { openServers } from "../../open-servers.ts";
import type { Storage } from "../../storage.ts";
import { withinTime } from "../../within-time.ts";
import { examineBreachFile } from "./examine-breach-file.ts";
import { examineDataFolder } from "./examine-data-folder.ts";
import { examineMail } from "./examine-mail.ts";
import { examinePostgres } from "./examine-postgres.ts";
import { examineRedis } from "./examine-redis.ts";
import { fault, fine, type Finding } from "./finding.ts";

/**
 * Looks at all that the service needs. Nothing is joined, made or changed.
 *
 * @param started what has to be closed goes onto it.
 */
export async function diagnose(
  config: ServiceConfig,
  environment: Environment,
  log: Logger,
  started: AsyncDisposableStack,
): Promise<Finding[]> {
  const storage =
    config.storage.kind === "embedded"
      ? [
          fine("configuration", "The environment variables fit, for the embedded mode."),
          ...(await examineDataFolder(config.storage.dataFolder)),
        ]
      : await examineServers(config, config.storage, environment, log, started);
  return [...storage, await examineMail(config.mail), await examineBreachFile(config.breachFile)];
}

async function examineServers(
  config: ServiceConfig,
  servers: Extract<StorageConfig, { kind: "servers" }>,
  environment: Environment,
  log: Logger,
  started: AsyncDisposableStack,
): Promise<Finding[]> {
  const storage = openServers(servers, config.leaseMs, log);
  started.defer(() => withinTime("storage", storage.close()));
  const { auth, finding } = await makeAuth(config, storage, log, started);
  const { database, store } = storage;
  const url = new URL(servers.databaseUrl);
  const { leaseMs } = config;
  return [
    finding,
    ...(await examinePostgres({ url, database, leaseMs, environment, auth })),
    ...(await examineRedis(servers.redisUrl, store)),
  ];
}

/** Auth judges its options itself; it is not started. */
async function makeAuth(
  config: ServiceConfig,
  storage: Storage,
  log: Logger,
  started: AsyncDisposableStack,
): Promise<{ readonly auth: Auth | undefined; readonly finding: Finding }> {
  // The file of breached passwords has a finding of its own.
  const withoutFile = { ...config, breachFile: undefined };
  try {
    const { auth } = await createAuthNode(withoutFile, storage, log, started, { role: "serve" });
    started.defer(() => withinTime("auth", auth.stop()));
    return { auth, finding: fine("configuration", "The environment variables fit.") };
  } catch (error) {
    if (!isForOperator(error)) throw error;
    const remedy = "Correct the variable behind it: the service does not start with it.";
    return { auth: undefined, finding: fault("configuration", `${error.message}.`, remedy) };
  }
}
