import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { close } from "./listen.ts";
import { openRouter, signInNobody, signOutNobody } from "./open-router.ts";
import type { Peer } from "./peer.ts";
import { honoEndpoint, serveHono } from "./serve-hono.ts";

/** No auth, on tRPC's fetch adapter behind Hono. */
export async function start(): Promise<Peer> {
  const { origin, server } = await serveHono((req) =>
    fetchRequestHandler({ endpoint: honoEndpoint, req, router: openRouter }),
  );
  return {
    origin,
    path: `${honoEndpoint}/whoAmI`,
    signIn: signInNobody,
    signOut: signOutNobody,
    [Symbol.asyncDispose]: () => close(server),
  };
}
