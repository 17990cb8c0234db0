import { startNodeProcess } from "../src/stage/node-process.ts";
import { AnsweringProcess } from "./answering-process.ts";
import type { Credential, Peer, PeerServers, SignedIn } from "./peer.ts";
import type { ContestantName, PeerName } from "./peer-names.ts";
import type { PeerQuestion } from "./peer-question.ts";
import {
  accessTokenTtlSeconds,
  portcullisAudience,
  portcullisIssuer,
  portcullisSecret,
} from "./portcullis-settings.ts";
import { signInAt, signOutAt } from "./portcullis-calls.ts";

/** A peer in a process of its own. */
export interface PeerProcess extends Peer {
  readonly name: ContestantName;
  /** What its process has used so far. */
  readonly cpuMicros: () => Promise<number>;
}

const peerProgram = new URL("peer-main.ts", import.meta.url).href;

/**
 * Starts a peer, and waits until it listens.
 *
 * @param cpu the core that it is kept on; undefined: any.
 */
export function startPeerProcess(
  name: ContestantName,
  servers: PeerServers,
  cpu?: number,
): Promise<PeerProcess> {
  return name === "portcullis-service" ? startService(servers, cpu) : startPeer(name, servers, cpu);
}

async function startPeer(
  name: PeerName,
  servers: PeerServers,
  cpu: number | undefined,
): Promise<PeerProcess> {
  await using started = new AsyncDisposableStack();
  const process = started.use(
    new AnsweringProcess<PeerQuestion>(peerProgram, { args: [name], cpu }),
  );
  const listening = await process.ask({ kind: "start", servers });
  const { origin, path } = listening as Pick<Peer, "origin" | "path">;
  const parts = started.move();
  return {
    name,
    origin,
    path,
    signIn: async () => (await process.ask({ kind: "sign in" })) as SignedIn,
    signOut: async (credential: Credential) => {
      await process.ask({ kind: "sign out", credential });
    },
    cpuMicros: async () => (await process.ask({ kind: "cpu" })) as number,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** The service as people run it behind a proxy: its own program, log and all. */
async function startService(
  { postgresUrl, redisUrl }: PeerServers,
  cpu: number | undefined,
): Promise<PeerProcess> {
  const node = await startNodeProcess(
    {
      NODE_ENV: "production",
      PORT: "0",
      DATABASE_URL: postgresUrl,
      REDIS_URL: redisUrl,
      AUTH_SECRET: portcullisSecret,
      AUTH_ISSUER: portcullisIssuer,
      AUTH_AUDIENCE: portcullisAudience,
      ACCESS_TOKEN_TTL_SECONDS: `${accessTokenTtlSeconds}`,
      REQUIRE_VERIFIED_EMAIL: "false",
      // Limits count by the address that the proxy names.
      TRUSTED_PROXIES: "127.0.0.1/32",
    },
    cpu,
  );
  const trpcUrl = `${node.url}/trpc`;
  return {
    name: "portcullis-service",
    origin: node.url,
    path: "/trpc/auth.me",
    signIn: () => signInAt(trpcUrl),
    signOut: (credential) => signOutAt(trpcUrl, credential),
    cpuMicros: async () => (await node.probe()).cpuMicros,
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}
