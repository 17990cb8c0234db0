import type { WriteThroughCache } from "@portcullis/write-through";
import { createMailResolvers } from "./accounts/mail-resolvers.ts";
import { createRoles } from "./admin/permissions.ts";
import type { Roles } from "./admin/permissions.ts";
import { createAuditLog } from "./audit/audit-log.ts";
import type { AuditLog } from "./audit/audit-log.ts";
import { deriveKeys } from "./derived-keys.ts";
import type { DerivedKeys } from "./derived-keys.ts";
import type { AuthEvent } from "./events.ts";
import { resolveLimits } from "./limits/limit-options.ts";
import { createLimiter } from "./limits/limiter.ts";
import type { Limiter } from "./limits/limiter.ts";
import { createMailRoom } from "./mail/mail-room.ts";
import type { MailRoom } from "./mail/mail-room.ts";
import { createPurge } from "./maintenance/purge.ts";
import type { Purge } from "./maintenance/purge.ts";
import type { AuthOptions } from "./options.ts";
import { createPasswordHasher } from "./passwords/password-hasher.ts";
import type { PasswordHasher } from "./passwords/password-hasher.ts";
import { resolvePasswordOptions } from "./passwords/password-options.ts";
import { createPasswordPolicy } from "./passwords/password-policy.ts";
import type { PasswordPolicy } from "./passwords/password-policy.ts";
import { createCachePort } from "./repositories/cache-port.ts";
import type { CachePort } from "./repositories/cache-port.ts";
import { declareCachedTables } from "./repositories/cached-tables.ts";
import type { CachedTables } from "./repositories/cached-tables.ts";
import { createDatabasePort } from "./repositories/database-port.ts";
import type { DatabasePort } from "./repositories/database-port.ts";
import type { AuthDatabase, AuthTables } from "./repositories/tables.ts";
import { resolveSecrets } from "./secrets.ts";
import { createSubscriptionSlots } from "./subscriptions/subscription-slots.ts";
import type { SubscriptionSlots } from "./subscriptions/subscription-slots.ts";
import { resolveSettings } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { createKeyRing } from "./tokens/keys/key-ring.ts";
import type { KeyRing } from "./tokens/keys/key-ring.ts";
import { createSigningKeys } from "./tokens/keys/signing-keys.ts";
import type { SigningKeys } from "./tokens/keys/signing-keys.ts";
import { createTokenVerifier } from "./tokens/verify.ts";
import type { TokenVerifier } from "./tokens/verify.ts";

/** What the features of one auth stand on. */
export interface Parts {
  readonly settings: Settings;
  readonly now: () => number;
  readonly report: (event: AuthEvent) => void;
  readonly audit: AuditLog;
  readonly database: DatabasePort;
  readonly cache: CachePort;
  readonly cached: CachedTables;
  readonly keyRing: KeyRing;
  readonly keys: SigningKeys;
  /** Keys that the signing keys are sealed with. */
  readonly sealKeys: DerivedKeys;
  readonly verifyToken: TokenVerifier;
  readonly passwords: PasswordHasher;
  readonly passwordPolicy: PasswordPolicy;
  readonly roles: Roles;
  readonly limiter: Limiter;
  readonly subscriptionSlots: SubscriptionSlots;
  readonly mail: MailRoom;
  readonly purge: Purge;
  /** Keys of the derivation of a refresh token's successor. */
  readonly successionKeys: DerivedKeys;
}

export function createParts<Database>(options: AuthOptions<Database>): Parts {
  const settings = resolveSettings(options);
  const secrets = resolveSecrets(options.secret);
  const passwordSettings = resolvePasswordOptions(options.passwords ?? {});
  const now = options.now ?? Date.now;
  const report = createReport(options.onEvent);
  // The application's table types and plug-ins are not ours; our tables are in the same database.
  const handle = options.database.withoutPlugins() as unknown as AuthDatabase;
  const application = options.cache as unknown as WriteThroughCache<AuthTables>;

  const database = createDatabasePort(handle, settings.databaseTimeoutMs);
  const cache = createCachePort(application);
  const cached = declareCachedTables(application);
  const audit = createAuditLog({ database, report });
  const sealKeys = deriveKeys(secrets, "signing-key-encryption");
  const keyOptions = {
    database,
    cache,
    realm: cached.realm,
    audit,
    algorithm: settings.algorithm,
    encryptionKeys: sealKeys,
    keyRotationMs: settings.keyRotationMs,
    now,
    report,
  };
  const keyRing = createKeyRing(keyOptions);
  return {
    settings,
    now,
    report,
    audit,
    database,
    cache,
    cached,
    keyRing,
    keys: createSigningKeys({ ...keyOptions, keyRing }),
    sealKeys,
    verifyToken: createTokenVerifier(keyRing, settings, now),
    passwords: createPasswordHasher(passwordSettings),
    passwordPolicy: createPasswordPolicy({
      applicationTexts: [
        settings.issuer,
        settings.audience,
        options.mail?.appName ?? "",
        ...passwordSettings.contextWords,
      ],
      breachSource: passwordSettings.breachSource,
      report,
    }),
    roles: createRoles(options.roles),
    limiter: createLimiter({
      ...resolveLimits(options.limits),
      limitKey: deriveKeys(secrets, "limit-keys")[0],
      now,
      report,
    }),
    subscriptionSlots: createSubscriptionSlots(settings.subscriptions),
    mail: createMailRoom({
      options: options.mail,
      database,
      sealKeys: deriveKeys(secrets, "mail-encryption"),
      resolvers: createMailResolvers(now),
      now,
      report,
    }),
    purge: createPurge({ database, cache, cached, now, report }),
    successionKeys: deriveKeys(secrets, "refresh-token-succession"),
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
