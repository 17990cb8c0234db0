/** Peers that `peer-main.ts` runs; the module of each has its name. */
export const peerNames = [
  "none-raw",
  "none-standalone",
  "none-fastify",
  "none-hono",
  "portcullis-standalone",
  "portcullis-fastify",
  "portcullis-hono",
  "stateless-hs256",
  "stateless-eddsa",
  "stateless-eddsa-fastify",
  "naive-write-through",
  "better-auth-cookie-cache",
  "better-auth-redis",
  "better-auth-postgres",
  "express-session",
] as const;

export type PeerName = (typeof peerNames)[number];

/** Those, and the service itself. */
export const contestantNames = [...peerNames, "portcullis-service"] as const;

export type ContestantName = (typeof contestantNames)[number];
