import { generateKeyPair } from "jose";
import { signOutNobody } from "./open-router.ts";
import type { Peer } from "./peer.ts";
import { serveStandalone } from "./serve-protected.ts";
import { statelessTokens } from "./stateless-tokens.ts";

/** A JWT with an Ed25519 signature, verified by jose on each request. A sign-out only forgets it. */
export async function start(): Promise<Peer> {
  const algorithm = "EdDSA";
  const { signIn, createContext } = statelessTokens({
    algorithm,
    ...(await generateKeyPair(algorithm)),
  });
  return { ...(await serveStandalone(createContext)), signIn, signOut: signOutNobody };
}
