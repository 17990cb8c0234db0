import type {
  AuthOptions,
  LimitOptions,
  MailOptions,
  MailTransport,
  TokenOptions,
} from "@portcullis/server";
import { createClockLimitStore } from "./clock-limit-store.ts";
import type { Migrate } from "./databases/database-pool.ts";

/**
 * What {@link startTestAuth} takes: the options of `createAuth`, none of them needed, besides those
 * that the test kit itself gives.
 *
 * @typeParam Database The tables of the application.
 */
export interface TestAuthOptions<Database> extends Omit<
  AuthOptions<Database>,
  "cache" | "database" | "limits" | "mail" | "now" | "secret" | "tokens"
> {
  /**
   * Creates the application's own tables. Its result is kept and used again by later test auths of
   * this process that are given the same function, so it must depend on nothing that changes.
   */
  readonly migrate?: Migrate<Database>;
  /** Where `clock` begins. Default: the time of the start. */
  readonly startAt?: Date;
  /** Default: issuer `https://auth.test`, audience `https://api.test`. */
  readonly tokens?: Partial<TokenOptions>;
  /** Default: from `auth@app.test`, pages at `https://app.test`. */
  readonly mail?: Partial<Omit<MailOptions, "transport">>;
  /** Default: a thousand times as much as in a service, by the test's clock. `{ scale: 1 }` makes them real. */
  readonly limits?: LimitOptions;
}

const secret = "a secret of tests only, which everybody knows";
/** Tests make as many calls as they like from one address. */
const limitScale = 1000;

/** What `createAuth` is given besides the parts of a test auth. */
export function withTestDefaults<Database>(
  { migrate: _migrate, startAt: _startAt, ...options }: TestAuthOptions<Database>,
  { transport, now }: { readonly transport: MailTransport; readonly now: () => number },
): Omit<AuthOptions<Database>, "cache" | "database"> {
  return {
    ...options,
    now,
    secret,
    tokens: { issuer: "https://auth.test", audience: "https://api.test", ...options.tokens },
    limits: { scale: limitScale, store: createClockLimitStore(now), ...options.limits },
    mail: { from: "auth@app.test", appUrl: "https://app.test", ...options.mail, transport },
  };
}
