import { startBetterAuth } from "./better-auth-peer.ts";
import type { Peer, PeerServers } from "./peer.ts";

/** Better Auth with its sessions in Postgres: two queries a request. */
export function start(servers: PeerServers): Promise<Peer> {
  return startBetterAuth(servers, {});
}
