import type { WriteThroughCache } from "@portcullis/write-through";
import { deriveKey } from "./derived-keys.ts";
import type { AuthEvent } from "./events.ts";
import type { AuthOptions } from "./options.ts";
import { createPasswordHasher } from "./passwords/password-hasher.ts";
import type { PasswordHasher } from "./passwords/password-hasher.ts";
import { createCachePort } from "./repositories/cache-port.ts";
import type { CachePort } from "./repositories/cache-port.ts";
import { declareCachedTables } from "./repositories/cached-tables.ts";
import type { CachedTables } from "./repositories/cached-tables.ts";
import { createDatabasePort } from "./repositories/database-port.ts";
import type { DatabasePort } from "./repositories/database-port.ts";
import type { AuthDatabase, AuthTables } from "./repositories/tables.ts";
import { resolveSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { createKeyRing } from "./tokens/keys/key-ring.ts";
import type { KeyRing } from "./tokens/keys/key-ring.ts";
import { createTokenVerifier } from "./tokens/verify.ts";
import type { TokenVerifier } from "./tokens/verify.ts";

/** What the features of one auth stand on. */
export interface Parts {
  readonly settings: Settings;
  readonly now: () => number;
  readonly report: (event: AuthEvent) => void;
  readonly database: DatabasePort;
  readonly cache: CachePort;
  readonly cached: CachedTables;
  readonly keyRing: KeyRing;
  readonly verifyToken: TokenVerifier;
  readonly passwords: PasswordHasher;
  /** Key of the derivation of a refresh token's successor. */
  readonly successionKey: Buffer;
}

export function createParts<Database>(options: AuthOptions<Database>): Parts {
  const settings = resolveSettings(options);
  const now = options.now ?? Date.now;
  const report = createReport(options.onEvent);
  // The application's table types and plug-ins are not ours; our tables are in the same database.
  const handle = options.database.withoutPlugins() as unknown as AuthDatabase;
  const cache = options.cache as unknown as WriteThroughCache<AuthTables>;

  const database = createDatabasePort(handle, settings.databaseTimeoutMs);
  const keyRing = createKeyRing({
    database,
    algorithm: settings.algorithm,
    encryptionKey: deriveKey(options.secret, "signing-key-encryption"),
    now,
    report,
  });
  return {
    settings,
    now,
    report,
    database,
    cache: createCachePort(cache),
    cached: declareCachedTables(cache),
    keyRing,
    verifyToken: createTokenVerifier(keyRing, settings, now),
    passwords: createPasswordHasher({
      concurrency: settings.hashConcurrency,
      queueMax: settings.hashQueueMax,
    }),
    successionKey: deriveKey(options.secret, "refresh-token-succession"),
  };
}

/** A log that fails must not fail a login, and must not be silent either. */
function createReport(onEvent: ((event: AuthEvent) => void) | undefined) {
  return (event: AuthEvent): void => {
    try {
      onEvent?.(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error), "PortcullisWarning");
    }
  };
}
