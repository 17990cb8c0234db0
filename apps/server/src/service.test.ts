import { createPortcullisClient } from "@portcullis/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppRouter } from "./contract.ts";
import {
  clientOf,
  outcomeOf,
  signedInClient,
  standingOf,
  startEmbedded,
  startTestServers,
  temporaryFolder,
  type TestServers,
  type TestService,
} from "./test-service.ts";

describe("two nodes on Postgres and Redis", () => {
  let servers: TestServers;
  let here: TestService;
  let there: TestService;
  let aheadMs = 0;

  beforeAll(async () => {
    servers = await startTestServers();
    const now = () => Date.now() + aheadMs;
    [here, there] = await Promise.all([servers.startNode({ now }), servers.startNode({ now })]);
  });
  afterAll(async () => {
    await Promise.all([here?.stop(), there?.stop()]);
    await servers?.[Symbol.asyncDispose]();
  });

  it("serve the same accounts and sessions", async () => {
    const { api, credentials, accessToken } = await signedInClient(here);
    expect(await api.auth.me.query()).toMatchObject({ email: credentials.email });
    expect(await standingOf(there, accessToken)).toBe("accepted");
    const elsewhere = clientOf(there);
    await elsewhere.api.auth.login.mutate(credentials);
    expect(await elsewhere.api.auth.sessions.list.query()).toHaveLength(2);
  });

  it("RT-13 refuse a token everywhere once logout has returned, with every cache hot", async () => {
    const { api, accessToken } = await signedInClient(here);
    for (const node of [here, there, here, there]) {
      expect(await standingOf(node, accessToken)).toBe("accepted");
    }
    await api.auth.logout.mutate();
    expect(await standingOf(there, accessToken)).toBe("token_revoked");
    expect(await standingOf(here, accessToken)).toBe("token_revoked");
  });

  it("RT-13 refuse all tokens of a user once logoutEverywhere has returned", async () => {
    const first = await signedInClient(here);
    const second = clientOf(there);
    const { accessToken } = await second.api.auth.login.mutate(first.credentials);
    for (const node of [here, there]) {
      expect(await standingOf(node, accessToken)).toBe("accepted");
      expect(await standingOf(node, first.accessToken)).toBe("accepted");
    }
    await first.api.auth.logoutEverywhere.mutate();
    for (const node of [here, there]) {
      expect(await standingOf(node, accessToken)).toBe("token_revoked");
      expect(await standingOf(node, first.accessToken)).toBe("token_revoked");
    }
    expect(await outcomeOf(second.api.auth.me.query())).toBe("token_revoked");
    expect(second.session.getSnapshot()).toMatchObject({
      status: "expired",
      reason: "refresh_token_invalid",
    });
  });

  it("renew an expired token through the SDK, unseen by the caller", async () => {
    const { api, session, accessToken } = await signedInClient(here);
    aheadMs += 601_000;
    expect(await standingOf(here, accessToken)).toBe("token_expired");
    const { id } = await api.posts.create.mutate({
      title: "Still here",
      body: "after ten minutes",
    });
    expect(await api.posts.byId.query({ id })).toMatchObject({ title: "Still here" });
    expect(session.getSnapshot().status).toBe("signedIn");
  });

  it("RT-11 keep the session of a client that lost the answer of a refresh", async () => {
    const { credentials } = await signedInClient(here);
    let refreshes = 0;
    const { api, session } = createPortcullisClient<AppRouter>({
      url: `${here.url}/trpc`,
      async fetch(url, init) {
        const response = await fetch(url, init);
        if (!url.includes("auth.refresh")) return response;
        refreshes += 1;
        if (refreshes === 1) throw new TypeError("The connection was lost");
        return response;
      },
    });
    await api.auth.login.mutate(credentials);
    aheadMs += 601_000;
    expect(await api.auth.me.query()).toMatchObject({ email: credentials.email });
    expect(refreshes).toBe(2);
    expect(session.getSnapshot().status).toBe("signedIn");
  });

  it("serve calls of one batch that succeed and fail side by side", async () => {
    const { api } = clientOf(here);
    const answers = await Promise.all([
      outcomeOf(api.posts.list.query({})),
      outcomeOf(api.auth.me.query()),
      outcomeOf(api.posts.byId.query({ id: "no" })),
    ]);
    expect(answers).toEqual(["accepted", "unauthenticated", "input_invalid"]);
  });
});

describe("the embedded mode", () => {
  it("serves without any server, one process a folder", async () => {
    await using folder = await temporaryFolder();
    const first = await startEmbedded(folder.path);
    const { api, accessToken, credentials } = await signedInClient(first);
    const post = await api.posts.create.mutate({ title: "Hello", body: "World" });
    expect((await api.posts.list.query({})).posts).toEqual([post]);
    await api.auth.logout.mutate();
    expect(await standingOf(first, accessToken)).toBe("token_revoked");

    await expect(startEmbedded(folder.path)).rejects.toThrow(
      /is in use by process \d+\. The embedded mode is for one process/,
    );
    await first.stop();
    await using second = await startEmbedded(folder.path);
    expect(await standingOf(second, accessToken)).toBe("token_revoked");
    expect(await outcomeOf(clientOf(second).api.auth.login.mutate(credentials))).toBe("accepted");
  });
});
