import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LabConfig } from "./lab-config.ts";
import {
  clientOf,
  outcomeOf,
  signedInClient,
  startTestServers,
  type TestServers,
  type TestService,
} from "../test-service.ts";

let servers: TestServers;
let here: TestService;
let there: TestService;
let aheadMs = 0;

const labOf = (...names: [string, ...string[]]): LabConfig => {
  const [self, ...others] = names.map((name) => ({ name, url: `http://${name}.test` }));
  if (self === undefined) throw new Error("A lab has a node");
  return { nodes: [self, ...others], control: null };
};

beforeAll(async () => {
  servers = await startTestServers();
  const now = () => Date.now() + aheadMs;
  [here, there] = await Promise.all([
    servers.startNode({ now, config: { lab: labOf("here", "there") } }),
    servers.startNode({ now, config: { lab: labOf("there", "here") } }),
  ]);
});
afterAll(async () => {
  await Promise.all([here?.stop(), there?.stop()]);
  await servers?.[Symbol.asyncDispose]();
});

type Check = "checked" | "stateless" | "cached";

/** What one of the checks says of a bare token. */
async function standingAt(
  { url }: Pick<TestService, "url">,
  check: Check,
  token?: string,
): Promise<unknown> {
  const response = await fetch(`${url}/trpc/lab.${check}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  const answer = (await response.json()) as {
    result?: { data: unknown };
    error?: { data: { reason: string } };
  };
  return answer.result?.data ?? answer.error?.data.reason;
}

const byThere = { node: "there", answeredAtMs: expect.any(Number) };

describe("once logoutEverywhere has returned", () => {
  it("the real check refuses on another node at once, and the usual ones go on accepting", async () => {
    const { api, accessToken } = await signedInClient(here);
    for (const check of ["checked", "stateless", "cached"] as const) {
      expect(await standingAt(there, check, accessToken)).toEqual(byThere);
    }
    await api.auth.logoutEverywhere.mutate();
    expect(await standingAt(there, "checked", accessToken)).toBe("token_revoked");
    expect(await standingAt(there, "stateless", accessToken)).toEqual(byThere);
    expect(await standingAt(there, "cached", accessToken)).toEqual(byThere);
    // Nothing has been remembered there.
    expect(await standingAt(here, "cached", accessToken)).toBe("token_revoked");
  });

  it("the cached check sees it after five minutes, the stateless one when the token ends", async () => {
    const { api, accessToken } = await signedInClient(here);
    expect(await standingAt(there, "cached", accessToken)).toEqual(byThere);
    await api.auth.logoutEverywhere.mutate();
    aheadMs += 299_000;
    expect(await standingAt(there, "cached", accessToken)).toEqual(byThere);
    aheadMs += 1000;
    expect(await standingAt(there, "cached", accessToken)).toBe("token_revoked");
    aheadMs += 295_000;
    expect(await standingAt(there, "stateless", accessToken)).toEqual(byThere);
    aheadMs += 10_000;
    expect(await standingAt(there, "stateless", accessToken)).toBe("token_expired");
  });

  it("the cached check takes a newer token, and from then on refuses the older one", async () => {
    const { api, accessToken, credentials } = await signedInClient(here);
    expect(await standingAt(there, "cached", accessToken)).toEqual(byThere);
    await api.auth.logoutEverywhere.mutate();
    const next = await clientOf(here).api.auth.login.mutate(credentials);
    expect(await standingAt(there, "cached", next.accessToken)).toEqual(byThere);
    expect(await standingAt(there, "cached", accessToken)).toBe("token_revoked");
  });

  it("a live subscription on another node ends", async () => {
    const { api, accessToken } = await signedInClient(here);
    const stream = await fetch(`${there.url}/trpc/lab.live`, {
      headers: { authorization: `Bearer ${accessToken}`, accept: "text/event-stream" },
    });
    let told = "";
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      // The first beat comes at once; after the second the session ends.
      if (!told.includes('"sequence":1') && chunk.includes('"sequence":1')) {
        await api.auth.logoutEverywhere.mutate();
      }
      told += chunk;
    }
    expect(told).toContain('{"node":"there","sequence":0}');
    expect(told).toContain('"reason":"token_revoked"');
  });
});

describe("the checks that are compared", () => {
  it.each(["checked", "stateless", "cached"] as const)(
    "%s: refuses no token, a changed one and one of another issuer",
    async (check) => {
      const { accessToken } = await signedInClient(here);
      const [header = "", , signature = ""] = accessToken.split(".");
      const claims = { iss: "https://auth.test", aud: "https://api.test", exp: 9_999_999_999 };
      const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
      expect(await standingAt(here, check)).toBe("unauthenticated");
      expect(await standingAt(here, check, `${header}.${payload}.${signature}`)).toBe(
        "token_invalid",
      );
      expect(await standingAt(here, check, "a.b.c")).toBe("token_invalid");
      await using foreign = await servers.startNode({
        config: { issuer: "https://elsewhere.test", lab: labOf("foreign") },
      });
      expect(await standingAt(foreign, check, accessToken)).toBe("token_invalid");
    },
  );
});

describe("the trace of a write", () => {
  it("tells who was signed out by it what it waited for", async () => {
    const { api } = await signedInClient(here);
    const { traceId } = await api.lab.traceWrites.mutate();
    await api.auth.logoutEverywhere.mutate();
    const write = await clientOf(here).api.lab.lastWrite.query({ traceId });
    expect(write).toMatchObject({ node: "here", outcome: "committed", attempts: 1, processes: 1 });
    expect(write).not.toHaveProperty("rows");
    const names = write.steps.map(({ name }) => name);
    expect(names.slice(names.indexOf("fence"))).toEqual([
      "fence",
      "hold",
      "drain",
      "statements",
      "commit",
      "publish",
    ]);
    const last = write.steps.at(-1);
    expect(write.totalMs).toBeGreaterThanOrEqual((last?.startMs ?? 0) + (last?.durationMs ?? 0));
  });

  it("is that of the caller's own writes, also of one session alone", async () => {
    const [ada, eve] = [await signedInClient(here), await signedInClient(here)];
    const { traceId } = await eve.api.lab.traceWrites.mutate();
    await ada.api.auth.logoutEverywhere.mutate();
    const { lab } = clientOf(here).api;
    await expect(lab.lastWrite.query({ traceId })).rejects.toMatchObject({
      data: { code: "NOT_FOUND" },
    });
    await eve.api.auth.logout.mutate();
    expect(await lab.lastWrite.query({ traceId })).toMatchObject({ outcome: "committed" });
    await expect(clientOf(there).api.lab.lastWrite.query({ traceId })).rejects.toMatchObject({
      data: { code: "NOT_FOUND" },
    });
  });

  it("is kept for a minute", async () => {
    const { api } = await signedInClient(here);
    const { traceId } = await api.lab.traceWrites.mutate();
    await api.auth.logoutEverywhere.mutate();
    const { lab } = clientOf(here).api;
    aheadMs += 59_000;
    expect(await lab.lastWrite.query({ traceId })).toMatchObject({ outcome: "committed" });
    aheadMs += 1000;
    await expect(lab.lastWrite.query({ traceId })).rejects.toMatchObject({
      data: { code: "NOT_FOUND" },
    });
  });

  it("is given out to nobody who is not signed in", async () => {
    expect(await outcomeOf(clientOf(here).api.lab.traceWrites.mutate())).toBe("unauthenticated");
  });
});

it("the lab says what it is", async () => {
  expect(await clientOf(here).api.lab.describe.query()).toEqual({
    nodes: [
      { name: "here", url: "http://here.test" },
      { name: "there", url: "http://there.test" },
    ],
    self: "here",
    leaseMs: 1000,
    accessTokenTtlSeconds: 600,
    cacheSeconds: 300,
    throwawayAccounts: true,
    control: null,
  });
  const control = { url: "http://127.0.0.1:4000", key: "a-key-of-16-or-more" };
  await using controlled = await servers.startNode({
    config: { requireVerifiedEmail: true, lab: { ...labOf("controlled"), control } },
  });
  expect(await clientOf(controlled).api.lab.describe.query()).toMatchObject({
    throwawayAccounts: false,
    control,
  });
});

it("where the lab is off its calls are answered like those of what never was", async () => {
  await using off = await servers.startNode();
  const { accessToken } = await signedInClient(off);
  const headers = { authorization: `Bearer ${accessToken}`, "content-type": "application/json" };
  const askedFor = async (path: string, method: string): Promise<unknown> => {
    const body = method === "POST" ? { body: "{}" } : {};
    const response = await fetch(`${off.url}/trpc/${path}`, { method, headers, ...body });
    const { error } = (await response.json()) as { error: { message: string; data: object } };
    const data = { ...error.data, path: "…", requestId: "…" };
    return { status: response.status, ...error, data };
  };
  const never = await askedFor("nothing.there", "GET");
  expect(never).toMatchObject({ status: 404, data: { code: "NOT_FOUND" } });
  for (const name of ["describe", "checked", "stateless", "cached", "live", "lastWrite"]) {
    expect(await askedFor(`lab.${name}`, "GET")).toEqual(never);
  }
  expect(await askedFor("lab.traceWrites", "POST")).toEqual(never);
});
