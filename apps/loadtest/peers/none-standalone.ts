import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { close, listen } from "./listen.ts";
import { openRouter, signInNobody, signOutNobody } from "./open-router.ts";
import type { Peer } from "./peer.ts";

/** No auth, on tRPC's standalone adapter. */
export async function start(): Promise<Peer> {
  const server = createHTTPServer({ router: openRouter });
  return {
    origin: await listen(server),
    path: "/whoAmI",
    signIn: signInNobody,
    signOut: signOutNobody,
    [Symbol.asyncDispose]: () => close(server),
  };
}
