import type { IncomingMessage } from "node:http";
import { createAuth, migrateAuth, type Auth, type AuthContext } from "@portcullis/server";
import {
  createRedisStore,
  createWriteThroughCache,
  migrateWriteThrough,
} from "@portcullis/write-through";
import { initTRPC } from "@trpc/server";
import type { NodeHTTPCreateContextFnOptions } from "@trpc/server/adapters/node-http";
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

/** What adapters for Node hand to `createContext`, as Portcullis takes it. */
export function createNodeContext(
  auth: Auth,
  incoming: IncomingMessage,
  info: NodeHTTPCreateContextFnOptions<unknown, unknown>["info"],
): Promise<AuthContext> {
  return auth.createContext({
    req: requestOf(incoming),
    info,
    resHeaders: new Headers(),
    peerAddress: incoming.socket.remoteAddress,
  });
}

/** Without its body, which tRPC reads. */
function requestOf({ method = "GET", url = "/", headers }: IncomingMessage): Request {
  const pairs = Object.entries(headers).flatMap(([name, value = ""]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return new Request(new URL(url, `http://${headers.host}`), { method, headers: pairs });
}

/** Headers that procedures set on the answer. */
export function answerHeaders({ ctx }: { readonly ctx?: AuthContext | undefined }) {
  return ctx === undefined ? {} : { headers: ctx.resHeaders };
}
