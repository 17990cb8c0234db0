import type { Credential, PeerServers } from "./peer.ts";

/** What a peer in a process of its own is asked, one thing at a time. */
export type PeerQuestion =
  | { readonly kind: "start"; readonly servers: PeerServers }
  | { readonly kind: "sign in" }
  | { readonly kind: "sign out"; readonly credential: Credential }
  | { readonly kind: "cpu" };

/** CPU that this process has used so far, in microseconds: all of its threads, in user and kernel. */
export function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
