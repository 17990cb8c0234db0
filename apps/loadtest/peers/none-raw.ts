import { createServer } from "node:http";
import { close, listen } from "./listen.ts";
import { signInNobody, signOutNobody } from "./open-router.ts";
import type { Peer } from "./peer.ts";

/** The floor: JSON over node:http, without tRPC and without auth. */
export async function start(): Promise<Peer> {
  const { user } = await signInNobody();
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/whoAmI") {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(user));
  });
  return {
    origin: await listen(server),
    path: "/whoAmI",
    signIn: signInNobody,
    signOut: signOutNobody,
    [Symbol.asyncDispose]: () => close(server),
  };
}
