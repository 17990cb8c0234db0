import { randomUUID } from "node:crypto";
import { createTestDatabase } from "@portcullis/test-servers";
import type { RedisServer } from "@portcullis/test-servers";
import {
  createRedisStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { openDatabase, testSecret } from "../../../test/start-auth.ts";
import type { TestClock } from "../../../test/start-auth.ts";
import { createAuditLog } from "../../audit/audit-log.ts";
import { deriveKeys } from "../../derived-keys.ts";
import type { AuthEvent } from "../../events.ts";
import type { TokenAlgorithm } from "../../options.ts";
import { createCachePort } from "../../repositories/cache-port.ts";
import type { CachePort } from "../../repositories/cache-port.ts";
import { declareCachedTables } from "../../repositories/cached-tables.ts";
import { createDatabasePort } from "../../repositories/database-port.ts";
import type { DatabasePort } from "../../repositories/database-port.ts";
import { migrateAuth } from "../../repositories/migrate.ts";
import type { AuthDatabase } from "../../repositories/tables.ts";
import { resolveSecrets } from "../../secrets.ts";
import { createKeyRing } from "./key-ring.ts";
import type { KeyRing } from "./key-ring.ts";
import { signerOf } from "./key-times.ts";
import { createSigningKeys } from "./signing-keys.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** The part of a node that keeps the signing keys, over a pool and a cache of its own. */
export interface KeyNode {
  readonly database: AuthDatabase;
  readonly ring: KeyRing;
  readonly keys: SigningKeys;
  readonly events: AuthEvent[];
  /** The key that signs now, as this node has it after asking. */
  signerKid(): Promise<string | undefined>;
}

export interface KeyNodeOptions {
  readonly secret?: string | readonly string[];
  readonly algorithm?: TokenAlgorithm;
  readonly keyRotationMs?: number;
  /** Stands between the node and Postgres. */
  readonly through?: (port: DatabasePort) => DatabasePort;
  /** Stands between the node and its cache. */
  readonly throughCache?: (port: CachePort) => CachePort;
}

export interface KeyWorld extends AsyncDisposable {
  readonly clock: TestClock;
  readonly database: AuthDatabase;
  /** Makes a node that has not started. */
  join(options?: KeyNodeOptions): Promise<KeyNode>;
  /** Makes and starts one. */
  start(options?: KeyNodeOptions): Promise<KeyNode>;
}

export const dayMs = 86_400_000;

/** Nodes that keep signing keys in a database of their own, with a Redis between them. */
export async function startKeyWorld(redis: RedisServer): Promise<KeyWorld> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase({ template: "signing_keys", migrate }));
  const database = openDatabase(url);
  stack.defer(() => database.destroy());
  const clock: TestClock = { nowMs: Date.now() };
  const now = (): number => clock.nowMs;
  const keyPrefix = randomUUID();
  const owned = stack.move();

  async function join(options: KeyNodeOptions = {}): Promise<KeyNode> {
    const own = openDatabase(url);
    owned.defer(() => own.destroy());
    const cache = createWriteThroughCache({
      database: own,
      store: createRedisStore({ url: redis.url, keyPrefix }),
    });
    owned.defer(() => cache.stop());
    await cache.start();
    const events: AuthEvent[] = [];
    const report = (event: AuthEvent): void => void events.push(event);
    const port = createDatabasePort(own, 5000);
    const cachePort = createCachePort(cache);
    const parts = {
      database: options.through?.(port) ?? port,
      cache: options.throughCache?.(cachePort) ?? cachePort,
      realm: declareCachedTables(cache).realm,
      audit: createAuditLog({ database: port, report }),
      algorithm: options.algorithm ?? "EdDSA",
      encryptionKeys: deriveKeys(
        resolveSecrets(options.secret ?? testSecret),
        "signing-key-encryption",
      ),
      keyRotationMs: options.keyRotationMs ?? 90 * dayMs,
      now,
      report,
    };
    const ring = createKeyRing(parts);
    owned.defer(() => ring.stop());
    return {
      database: own,
      ring,
      keys: createSigningKeys({ ...parts, keyRing: ring }),
      events,
      signerKid: async () => signerOf((await ring.fresh()).keys.values(), now())?.kid,
    };
  }

  return {
    clock,
    database,
    join,
    async start(options) {
      const node = await join(options);
      await node.ring.start();
      return node;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function migrate(url: string): Promise<void> {
  const database = openDatabase(url);
  try {
    await migrateWriteThrough(database);
    await migrateAuth(database);
  } finally {
    await database.destroy();
  }
}
