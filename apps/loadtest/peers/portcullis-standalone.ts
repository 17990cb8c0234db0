import { maxBatchSize } from "@portcullis/server";
import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { close, listen } from "./listen.ts";
import type { Peer, PeerServers } from "./peer.ts";
import { appRouter, openAuth } from "./portcullis-auth.ts";
import { signInAt, signOutAt } from "./portcullis-calls.ts";

/** Portcullis on tRPC's standalone adapter. */
export async function start(servers: PeerServers): Promise<Peer> {
  await using started = new AsyncDisposableStack();
  const auth = await openAuth(servers, started);
  const server = createHTTPServer({
    router: appRouter(auth),
    maxBatchSize,
    createContext: (request) => auth.createContext(request),
  });
  const origin = await listen(server);
  started.defer(() => close(server));
  const parts = started.move();
  return {
    origin,
    path: "/whoAmI",
    signIn: () => signInAt(origin),
    signOut: (credential) => signOutAt(origin, credential),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
