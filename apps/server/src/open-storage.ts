import { sql } from "kysely";
import type { ServiceConfig } from "./config.ts";
import { openEmbedded } from "./embedded/open-embedded.ts";
import type { Logger } from "./log.ts";
import { openServers } from "./open-servers.ts";
import { reasonOf, StartError } from "./start-error.ts";
import type { Storage } from "./storage.ts";

/**
 * Opens the storage that is configured, and sees that its database answers.
 *
 * @param statementTimeoutMs longest time of one statement. Default 5000.
 * @throws StartError `postgres_unreachable` or `folder_in_use`; nothing is left open.
 */
export async function openStorage(
  config: ServiceConfig,
  log: Logger,
  statementTimeoutMs?: number,
): Promise<Storage> {
  const storage = await openConfigured(config, log, statementTimeoutMs);
  try {
    await requireDatabase(storage, config);
    return storage;
  } catch (error) {
    await storage.close();
    throw error;
  }
}

function openConfigured(
  config: ServiceConfig,
  log: Logger,
  statementTimeoutMs: number | undefined,
): Promise<Storage> | Storage {
  switch (config.storage.kind) {
    case "embedded":
      return openEmbedded(config.storage.dataFolder);
    case "servers":
      return openServers(config.storage, config.leaseMs, log, statementTimeoutMs);
  }
}

/** Says where Postgres was looked for; the driver's own error may not have a word. */
async function requireDatabase({ database }: Storage, config: ServiceConfig): Promise<void> {
  try {
    await sql`select 1`.execute(database);
  } catch (cause) {
    if (config.storage.kind === "embedded") throw cause;
    const { hostname, port } = new URL(config.storage.databaseUrl);
    throw new StartError(
      "postgres_unreachable",
      `Postgres can not be used at ${hostname}:${port || "5432"}, where DATABASE_URL points: ${reasonOf(cause)}.`,
      { cause },
    );
  }
}
