import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { RedisStore } from "connect-redis";
import express from "express";
import session from "express-session";
import { close, listen } from "./listen.ts";
import { openRedis } from "./open-redis.ts";
import type { Credential, Peer, PeerServers, User } from "./peer.ts";

declare module "express-session" {
  interface SessionData {
    user: User;
  }
}

/** express-session with its sessions in Redis, and JSON without tRPC. */
export async function start({ redisUrl }: PeerServers): Promise<Peer> {
  await using started = new AsyncDisposableStack();
  const redis = await openRedis(redisUrl);
  started.defer(() => redis.close());
  const app = express();
  app.use(
    session({
      store: new RedisStore({ client: redis, prefix: "express:" }),
      secret: randomBytes(32).toString("base64"),
      resave: false,
      saveUninitialized: false,
    }),
  );
  app.get("/whoAmI", (request, response) => {
    const { user } = request.session;
    if (user === undefined) response.status(401).json({ error: "unauthenticated" });
    else response.json(user);
  });
  app.post("/login", (request, response) => {
    const user = { id: randomUUID(), name: "Ada Lovelace" };
    request.session.user = user;
    response.json(user);
  });
  app.post("/logout", (request, response, next) => {
    request.session.destroy((error: unknown) => {
      if (error === null || error === undefined) response.json({});
      else next(error);
    });
  });

  const server = createServer(app);
  const origin = await listen(server);
  started.defer(() => close(server));
  const parts = started.move();
  const post = async (path: string, credential: Credential = {}): Promise<Response> => {
    const answer = await fetch(origin + path, { method: "POST", headers: credential });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return answer;
  };
  return {
    origin,
    path: "/whoAmI",
    async signIn() {
      const answer = await post("/login");
      const [cookie = ""] = answer.headers.getSetCookie();
      return {
        credential: { cookie: cookie.split(";")[0] ?? "" },
        user: (await answer.json()) as User,
      };
    },
    async signOut(credential) {
      await post("/logout", credential);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
