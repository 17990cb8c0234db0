import { randomBytes, randomUUID } from "node:crypto";
import { betterAuth, type BetterAuthOptions } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { fromNodeHeaders } from "better-auth/node";
import { openPool } from "./open-pool.ts";
import type { Peer, PeerServers } from "./peer.ts";
import { serveStandalone } from "./serve-protected.ts";

/** What one way of running Better Auth sets beside the rest. */
export type BetterAuthWay = Pick<BetterAuthOptions, "session" | "secondaryStorage">;

/** Better Auth with email and password, asked for the session in tRPC's `createContext`. */
export async function startBetterAuth(
  { postgresUrl }: PeerServers,
  way: BetterAuthWay,
): Promise<Peer> {
  await using started = new AsyncDisposableStack();
  const pool = openPool(postgresUrl);
  started.defer(() => pool.end());
  const options = {
    database: pool,
    secret: randomBytes(32).toString("base64"),
    baseURL: "http://127.0.0.1",
    emailAndPassword: { enabled: true },
    // As for all: what is compared is the check of a session.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    ...way,
  } satisfies BetterAuthOptions;
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  const auth = betterAuth(options);

  const served = started.use(
    await serveStandalone(async (headers) => {
      const found = await auth.api.getSession({ headers: fromNodeHeaders(headers) });
      return { user: found?.user };
    }),
  );
  const parts = started.move();
  return {
    ...served,
    async signIn() {
      const { headers, response } = await auth.api.signUpEmail({
        body: {
          name: "Ada Lovelace",
          email: `${randomUUID()}@example.com`,
          password: randomBytes(16).toString("hex"),
        },
        returnHeaders: true,
      });
      const { id, name } = response.user;
      return { credential: { cookie: cookiesOf(headers) }, user: { id, name } };
    },
    async signOut(credential) {
      await auth.api.signOut({ headers: new Headers(credential) });
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** What a browser sends back of the cookies that an answer sets. */
function cookiesOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
