import type { ContestantName } from "../../peers/peer-names.ts";

/** All that are compared, and what each checks. */
export const contestants: Readonly<Record<ContestantName, string>> = {
  "none-raw": "Checks nothing: JSON over node:http, without tRPC. The floor.",
  "none-standalone": "Checks nothing, on tRPC's standalone adapter.",
  "none-fastify": "Checks nothing, on tRPC's adapter for Fastify.",
  "none-hono": "Checks nothing, on tRPC's fetch adapter behind Hono.",
  "portcullis-standalone":
    "Portcullis on tRPC's standalone adapter: session, user and realm, and the signature, which it remembers. A sign-out holds at once.",
  "portcullis-fastify": "Portcullis on tRPC's adapter for Fastify: it checks the same.",
  "portcullis-hono": "Portcullis on tRPC's fetch adapter behind Hono: it checks the same.",
  "portcullis-service":
    "Portcullis as a service, as people run it: it checks the same, and has its limits, headers and log.",
  "stateless-hs256":
    "A JWT with a shared secret, verified by jose on each request. Good until it expires.",
  "stateless-eddsa":
    "A JWT with an Ed25519 signature, verified by jose on each request. Good until it expires.",
  "stateless-eddsa-fastify":
    "A JWT with an Ed25519 signature, verified by jose on each request, on Fastify. Good until it expires.",
  "naive-write-through":
    "A JWT with an Ed25519 signature, and the version of its user from Redis. A sign-out holds at once, but for races.",
  "better-auth-postgres": "Better Auth, its session and its user from Postgres.",
  "better-auth-redis": "Better Auth, its session from Redis as secondary storage.",
  "better-auth-cookie-cache":
    "Better Auth with its session in a signed cookie, good for up to 5 minutes after a sign-out.",
  "express-session": "express-session from Redis by connect-redis, JSON without tRPC.",
};

/** Whose throughput for the same CPU is compared: the first as a multiple of the second. */
export const pairs: readonly (readonly [of: ContestantName, against: ContestantName])[] = [
  ["portcullis-standalone", "none-standalone"],
  ["portcullis-fastify", "none-fastify"],
  ["portcullis-hono", "none-hono"],
  ["portcullis-standalone", "stateless-eddsa"],
  ["portcullis-fastify", "stateless-eddsa-fastify"],
  ["portcullis-service", "none-standalone"],
  ["portcullis-service", "stateless-hs256"],
  ["portcullis-service", "stateless-eddsa"],
  ["portcullis-service", "naive-write-through"],
  ["portcullis-service", "better-auth-cookie-cache"],
  ["portcullis-service", "better-auth-redis"],
  ["portcullis-service", "better-auth-postgres"],
  ["portcullis-service", "express-session"],
];
