import { fastifyTRPCPlugin, type FastifyTRPCPluginOptions } from "@trpc/server/adapters/fastify";
import { fastify } from "fastify";
import { openRouter, signInNobody, signOutNobody } from "./open-router.ts";
import type { Peer } from "./peer.ts";

/** No auth, on tRPC's adapter for Fastify. */
export async function start(): Promise<Peer> {
  const server = fastify();
  await server.register(fastifyTRPCPlugin, {
    prefix: "/trpc",
    trpcOptions: { router: openRouter },
  } satisfies FastifyTRPCPluginOptions<typeof openRouter>);
  return {
    origin: await server.listen({ host: "127.0.0.1", port: 0 }),
    path: "/trpc/whoAmI",
    signIn: signInNobody,
    signOut: signOutNobody,
    [Symbol.asyncDispose]: () => server.close(),
  };
}
