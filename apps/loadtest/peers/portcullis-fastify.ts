import { maxBatchSize } from "@portcullis/server";
import { fastifyTRPCPlugin, type FastifyTRPCPluginOptions } from "@trpc/server/adapters/fastify";
import { fastify } from "fastify";
import type { Peer, PeerServers } from "./peer.ts";
import { appRouter, openAuth } from "./portcullis-auth.ts";
import { signInAt, signOutAt } from "./portcullis-calls.ts";

/** Portcullis on tRPC's adapter for Fastify. */
export async function start(servers: PeerServers): Promise<Peer> {
  await using started = new AsyncDisposableStack();
  const auth = await openAuth(servers, started);
  const server = fastify();
  await server.register(fastifyTRPCPlugin, {
    prefix: "/trpc",
    trpcOptions: {
      router: appRouter(auth),
      maxBatchSize,
      createContext: ({ req, res, info }) =>
        auth.createContext({ req: req.raw, res: res.raw, info }),
    },
  } satisfies FastifyTRPCPluginOptions<ReturnType<typeof appRouter>>);
  const origin = await server.listen({ host: "127.0.0.1", port: 0 });
  started.defer(() => server.close());
  const parts = started.move();
  const trpcUrl = `${origin}/trpc`;
  return {
    origin,
    path: "/trpc/whoAmI",
    signIn: () => signInAt(trpcUrl),
    signOut: (credential) => signOutAt(trpcUrl, credential),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
