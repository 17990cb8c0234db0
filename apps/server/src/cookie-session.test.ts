import { cookieStorage, createPortcullisClient, type PortcullisClient } from "@portcullis/client";
import { expect, it } from "vitest";
import type { AppRouter } from "./contract.ts";
import { signedInClient, startTestServers } from "./test-service.ts";

/** A tab of one browser: its `fetch` keeps the cookies, and names the page as browsers do. */
function createBrowser(serviceUrl: string): () => PortcullisClient<AppRouter> {
  let cookie = "";
  async function browserFetch(url: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("origin", new URL(serviceUrl).origin);
    if (init.credentials === "include" && cookie !== "") headers.set("cookie", cookie);
    const response = await fetch(url, { ...init, headers });
    for (const set of response.headers.getSetCookie()) {
      cookie = set.includes("Max-Age=0") ? "" : (set.split(";")[0] ?? "");
    }
    return response;
  }
  const storage = cookieStorage();
  return () =>
    createPortcullisClient<AppRouter>({ url: `${serviceUrl}/trpc`, fetch: browserFetch, storage });
}

it("tabs share the session of the cookie through login, reload, confirmation and logout", async () => {
  await using servers = await startTestServers();
  const node = await servers.startNode();
  const { credentials } = await signedInClient(node);
  const openTab = createBrowser(node.url);

  const first = openTab();
  expect(await first.session.restore()).toEqual({ status: "signedOut" });
  expect((await first.api.auth.login.mutate(credentials)).refreshToken).toBeNull();

  const second = openTab();
  expect(await second.session.restore()).toMatchObject({ status: "signedIn" });
  await second.api.auth.confirm.mutate({ password: credentials.password });
  expect((await first.api.auth.me.query()).email).toBe(credentials.email);

  const left = new Promise<void>((resolve) => {
    second.session.subscribe(() => {
      if (second.session.getSnapshot().status === "signedOut") resolve();
    });
  });
  await first.api.auth.logout.mutate();
  await left;
  const third = openTab();
  expect(await third.session.restore()).toEqual({ status: "signedOut" });

  for (const { session } of [first, second, third]) session.close();
  await node.stop();
});
