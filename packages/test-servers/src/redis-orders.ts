import { waitUntil } from "./deadline.ts";
import { sendRedisCommand } from "./redis-command.ts";
import { TestServerError } from "./test-server-error.ts";

/** The longest that an order to a Redis server takes, and a replica's first copy of its master. */
export const orderTimeoutMs = 15_000;

/** Sends a command whose answer is OK, and throws `ORDER_REFUSED` when it is another. */
export async function orderRedis(port: number, ...words: string[]): Promise<void> {
  requireOk(await sendRedisCommand(port, words, orderTimeoutMs), words);
}

/** Writes the snapshot file. */
export async function saveSnapshot(port: number): Promise<void> {
  await waitUntil(
    async () => {
      const answer = await sendRedisCommand(port, ["SAVE"], orderTimeoutMs);
      // Redis makes one snapshot at a time, and a replica may be getting its own.
      if (answer.includes("already in progress")) {
        return false;
      }
      requireOk(answer, ["SAVE"]);
      return true;
    },
    orderTimeoutMs,
    () => "Redis could not begin its snapshot",
  );
}

/** Waits until a replica holds a full copy of its master and hears of each write. */
export async function waitForReplicaLink(port: number): Promise<void> {
  await waitUntil(
    async () => {
      const replication = await sendRedisCommand(port, ["INFO", "replication"], orderTimeoutMs);
      return replication.includes("master_link_status:up");
    },
    orderTimeoutMs,
    () => "the Redis replica got no copy of its master",
  );
}

function requireOk(answer: string, words: readonly string[]): void {
  if (!answer.startsWith("+OK")) {
    throw new TestServerError("ORDER_REFUSED", `Redis refused ${words.join(" ")}: ${answer}`);
  }
}
