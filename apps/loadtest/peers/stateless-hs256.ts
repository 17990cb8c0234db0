import { randomBytes } from "node:crypto";
import { signOutNobody } from "./open-router.ts";
import type { Peer } from "./peer.ts";
import { serveStandalone } from "./serve-protected.ts";
import { statelessTokens } from "./stateless-tokens.ts";

/** A JWT with a shared secret, verified by jose on each request. A sign-out only forgets it. */
export async function start(): Promise<Peer> {
  const secret = new Uint8Array(randomBytes(32));
  const { signIn, createContext } = statelessTokens({
    algorithm: "HS256",
    privateKey: secret,
    publicKey: secret,
  });
  return { ...(await serveStandalone(createContext)), signIn, signOut: signOutNobody };
}
