import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { decodeJwt, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { bearerOf, bearerToken } from "./bearer-token.ts";
import { openRedis } from "./open-redis.ts";
import type { Peer, PeerServers } from "./peer.ts";
import type { UserContext } from "./protected-router.ts";
import { serveStandalone } from "./serve-protected.ts";

const algorithm = "EdDSA";
const issuer = "https://auth.example.com";
const audience = "https://api.example.com";

interface CachedUser {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/**
 * A JWT that names a version of its user, verified by jose, and on each request the user's version
 * from Redis. A sign-out sets the next version. The races that this loses are the cache's concern.
 */
export async function start({ redisUrl }: PeerServers): Promise<Peer> {
  await using started = new AsyncDisposableStack();
  const redis = await openRedis(redisUrl);
  started.defer(() => redis.close());
  const { privateKey, publicKey } = await generateKeyPair(algorithm);

  const keyOf = (id: string): string => `user-${id}`;
  const write = (user: CachedUser): Promise<unknown> =>
    redis.set(keyOf(user.id), JSON.stringify(user));
  const read = async (id: string): Promise<CachedUser | undefined> => {
    const text = await redis.get(keyOf(id));
    return text === null ? undefined : (JSON.parse(text) as CachedUser);
  };

  async function createContext(headers: IncomingHttpHeaders): Promise<UserContext> {
    const token = bearerToken(headers);
    if (token === undefined) return { user: undefined };
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: [algorithm],
        issuer,
        audience,
      });
      const user = await read(String(payload.sub));
      return { user: user?.version === payload["version"] ? user : undefined };
    } catch {
      return { user: undefined };
    }
  }

  const served = started.use(await serveStandalone(createContext));
  const parts = started.move();
  return {
    ...served,
    async signIn() {
      const user = { id: randomUUID(), name: "Ada Lovelace" };
      await write({ ...user, version: 1 });
      const token = await new SignJWT({ version: 1 })
        .setProtectedHeader({ alg: algorithm })
        .setSubject(user.id)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime("1h")
        .sign(privateKey);
      return { credential: bearerOf(token), user };
    },
    async signOut(credential) {
      const { sub } = decodeJwt(bearerToken(credential) ?? "");
      const user = await read(String(sub));
      if (user !== undefined) await write({ ...user, version: user.version + 1 });
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
