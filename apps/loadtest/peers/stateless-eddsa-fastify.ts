import { generateKeyPair } from "jose";
import { signOutNobody } from "./open-router.ts";
import type { Peer } from "./peer.ts";
import { serveFastify } from "./serve-protected.ts";
import { statelessTokens } from "./stateless-tokens.ts";

/** As `stateless-eddsa`, on Fastify. */
export async function start(): Promise<Peer> {
  const algorithm = "EdDSA";
  const { signIn, createContext } = statelessTokens({
    algorithm,
    ...(await generateKeyPair(algorithm)),
  });
  return { ...(await serveFastify(createContext)), signIn, signOut: signOutNobody };
}
