import { readAuthMigrations, type Auth } from "@portcullis/server";
import { createAuthNode, startCache } from "../auth-node.ts";
import { StartError } from "../start-error.ts";
import { withinTime } from "../within-time.ts";
import type { CommandContext } from "./context.ts";
import { withStorage, type OpenedStorage } from "./with-storage.ts";

/**
 * Joins the running nodes for a command, so that what it revokes is refused by all of them when it
 * returns.
 *
 * @throws StartError when it can not join them.
 */
export async function withAuth<Value>(
  context: CommandContext,
  work: (auth: Auth) => Promise<Value>,
): Promise<Value> {
  return await withStorage(context, async ({ config, storage, log, started }) => {
    await requireMigrations(storage);
    const node = await createAuthNode(config, storage, log, started, { role: "operate" });
    await startCache(node, started);
    started.defer(() => withinTime("auth", node.auth.stop()));
    return await work(node.auth);
  });
}

async function requireMigrations({ database }: OpenedStorage["storage"]): Promise<void> {
  const { migrations, unknown } = await readAuthMigrations(database);
  if (unknown.length > 0) {
    throw new StartError(
      "not_migrated",
      `A newer release has changed the tables (${unknown.join(", ")}): use the command line of that release.`,
    );
  }
  if (migrations.some(({ appliedAt }) => appliedAt === null)) {
    throw new StartError(
      "not_migrated",
      "The tables are not there, or not those of this release: run `migrate up` first.",
    );
  }
}
