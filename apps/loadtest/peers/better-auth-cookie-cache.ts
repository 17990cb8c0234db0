import { startBetterAuth } from "./better-auth-peer.ts";
import type { Peer, PeerServers } from "./peer.ts";

/** Better Auth with its cookie cache: the session in a signed cookie, good for 5 minutes. */
export function start(servers: PeerServers): Promise<Peer> {
  return startBetterAuth(servers, { session: { cookieCache: { enabled: true, maxAge: 300 } } });
}
