import { createTestDatabase, startRedis } from "@portcullis/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Credential, PeerServers } from "./peer.ts";
import { contestantNames, type ContestantName } from "./peer-names.ts";
import { startPeerProcess } from "./peer-process.ts";

const started = new AsyncDisposableStack();
let servers: PeerServers;

beforeAll(async () => {
  const database = started.use(await createTestDatabase());
  const redis = started.use(await startRedis());
  servers = { postgresUrl: database.url, redisUrl: redis.url };
});
afterAll(() => started.disposeAsync());

/** Whether a credential that was signed out is good for the next request. */
const afterSignOut: Readonly<Record<ContestantName, "accepted" | "refused" | "nobody looks">> = {
  "none-raw": "nobody looks",
  "none-standalone": "nobody looks",
  "none-fastify": "nobody looks",
  "none-hono": "nobody looks",
  "portcullis-standalone": "refused",
  "portcullis-fastify": "refused",
  "portcullis-hono": "refused",
  "portcullis-service": "refused",
  "stateless-hs256": "accepted",
  "stateless-eddsa": "accepted",
  "stateless-eddsa-fastify": "accepted",
  "naive-write-through": "refused",
  "better-auth-postgres": "refused",
  "better-auth-redis": "refused",
  "better-auth-cookie-cache": "accepted",
  "express-session": "refused",
};

describe.each(contestantNames)("%s", (name) => {
  const expected = afterSignOut[name];

  it("lets a good credential in, no others, and does what it says of a sign-out", async () => {
    await using peer = await startPeerProcess(name, servers);
    const call = (credential: Credential): Promise<Response> =>
      fetch(peer.origin + peer.path, { headers: credential });

    const { credential, user } = await peer.signIn();
    const answer = await call(credential);
    expect(answer.status).toBe(200);
    expect(userOf(await answer.json())).toMatchObject(user);

    const stranger = expected === "nobody looks" ? 200 : 401;
    expect((await call({})).status).toBe(stranger);
    const damagedOnes = damage(credential);
    expect(damagedOnes.length > 0).toBe(expected !== "nobody looks");
    for (const damaged of damagedOnes) {
      expect((await call(damaged)).status).toBe(stranger);
    }

    await peer.signOut(credential);
    expect((await call(credential)).status).toBe(expected === "refused" ? 401 : 200);
    expect(await peer.cpuMicros()).toBeGreaterThan(0);
  });
});

function userOf(body: unknown): unknown {
  const { result } = body as { readonly result?: { readonly data: unknown } };
  return result === undefined ? body : result.data;
}

/** The credential with one character of each of its long parts replaced: of an id, of a signature. */
function damage(credential: Credential): readonly Credential[] {
  return Object.entries(credential).flatMap(([header, value]) =>
    // A damaged cookie cache is only not believed: the session is then looked up.
    Array.from(
      value.replace(/; better-auth\.session_data=.*/, "").matchAll(/[\w-]{20,}/g),
      (part) => {
        const at = part.index + 10;
        const other = value[at] === "A" ? "B" : "A";
        return { ...credential, [header]: value.slice(0, at) + other + value.slice(at + 1) };
      },
    ),
  );
}
