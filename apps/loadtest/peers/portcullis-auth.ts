import { createAuth, migrateAuth, type Auth, type AuthContext } from "@portcullis/server";
import {
  createRedisStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { initTRPC } from "@trpc/server";
import { Kysely, PostgresDialect } from "kysely";
import { openPool } from "./open-pool.ts";
import type { PeerServers, User } from "./peer.ts";
import {
  accessTokenTtlSeconds,
  portcullisAudience,
  portcullisIssuer,
  portcullisSecret,
} from "./portcullis-settings.ts";

/** Portcullis in an application of one's own, on Postgres and Redis; it is stopped with `started`. */
export async function openAuth(
  { postgresUrl, redisUrl }: PeerServers,
  started: AsyncDisposableStack,
): Promise<Auth> {
  const pool = openPool(postgresUrl);
  const database = new Kysely({ dialect: new PostgresDialect({ pool }) });
  started.defer(() => database.destroy());
  await migrateWriteThrough(database);
  await migrateAuth(database);

  const cache = createWriteThroughCache({ database, store: createRedisStore({ url: redisUrl }) });
  started.defer(() => cache.stop());
  await cache.start();
  const auth = createAuth({
    database,
    cache,
    secret: portcullisSecret,
    tokens: { issuer: portcullisIssuer, audience: portcullisAudience, accessTokenTtlSeconds },
    accounts: { requireVerifiedEmail: false },
    // All calls come from one address; they are counted all the same.
    limits: { scale: 1000 },
  });
  started.defer(() => auth.stop());
  await auth.start();
  return auth;
}

/** The application: Portcullis' procedures, and a protected one of its own. */
export function appRouter(auth: Auth) {
  const t = initTRPC
    .context<AuthContext>()
    .create({ errorFormatter: auth.formatError, isDev: false });
  return t.router({
    auth: auth.router,
    whoAmI: t.procedure.concat(auth.signedIn).query(({ ctx: { auth: signedIn } }): User => ({
      id: signedIn.user.id,
      name: signedIn.user.name,
    })),
  });
}
