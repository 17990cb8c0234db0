import { maxBatchSize } from "@portcullis/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { close } from "./listen.ts";
import type { Peer, PeerServers } from "./peer.ts";
import { appRouter, openAuth } from "./portcullis-auth.ts";
import { signInAt, signOutAt } from "./portcullis-calls.ts";
import { honoEndpoint, serveHono } from "./serve-hono.ts";

/** Portcullis on tRPC's fetch adapter behind Hono. */
export async function start(servers: PeerServers): Promise<Peer> {
  await using started = new AsyncDisposableStack();
  const auth = await openAuth(servers, started);
  const router = appRouter(auth);
  const { origin, server } = await serveHono((req, peerAddress) =>
    fetchRequestHandler({
      endpoint: honoEndpoint,
      req,
      router,
      maxBatchSize,
      createContext: (request) => auth.createContext({ ...request, peerAddress }),
    }),
  );
  started.defer(() => close(server));
  const parts = started.move();
  const trpcUrl = `${origin}${honoEndpoint}`;
  return {
    origin,
    path: `${honoEndpoint}/whoAmI`,
    signIn: () => signInAt(trpcUrl),
    signOut: (credential) => signOutAt(trpcUrl, credential),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
