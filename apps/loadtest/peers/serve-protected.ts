import type { IncomingHttpHeaders } from "node:http";
import { fastifyTRPCPlugin, type FastifyTRPCPluginOptions } from "@trpc/server/adapters/fastify";
import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { fastify } from "fastify";
import { close, listen } from "./listen.ts";
import type { Peer } from "./peer.ts";
import { protectedRouter, type UserContext } from "./protected-router.ts";

/** How a peer finds out who calls. */
export type CreateUserContext = (headers: IncomingHttpHeaders) => Promise<UserContext>;

type Served = Pick<Peer, "origin" | "path"> & AsyncDisposable;

export async function serveStandalone(createContext: CreateUserContext): Promise<Served> {
  const server = createHTTPServer({
    router: protectedRouter,
    createContext: ({ req }) => createContext(req.headers),
  });
  return {
    origin: await listen(server),
    path: "/whoAmI",
    [Symbol.asyncDispose]: () => close(server),
  };
}

export async function serveFastify(createContext: CreateUserContext): Promise<Served> {
  const server = fastify();
  await server.register(fastifyTRPCPlugin, {
    prefix: "/trpc",
    trpcOptions: {
      router: protectedRouter,
      createContext: ({ req }) => createContext(req.headers),
    },
  } satisfies FastifyTRPCPluginOptions<typeof protectedRouter>);
  return {
    origin: await server.listen({ host: "127.0.0.1", port: 0 }),
    path: "/trpc/whoAmI",
    [Symbol.asyncDispose]: () => server.close(),
  };
}
