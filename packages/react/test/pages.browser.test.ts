import { startBrowser } from "@portcullis/test-servers";
import { startTestAuth, type TestAuth, type TestUser } from "@portcullis/testing";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundlePage } from "./bundle.ts";
import { serveSite, type TestSite } from "./serve.tsx";

let files: Map<string, string>;
let browser: Browser;
let testAuth: TestAuth;
let site: TestSite;
let context: BrowserContext;
let ada: TestUser;
/** What React and the pages complained of. */
let complaints: string[];

beforeAll(async () => {
  files = await bundlePage("test/page.tsx");
  browser = await startBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  testAuth = await startTestAuth();
  site = await serveSite(testAuth, files);
  context = await browser.newContext();
  context.setDefaultTimeout(10_000);
  ada = await testAuth.createUser({ name: "Ada" });
  complaints = [];
});
afterEach(async () => {
  await context.close();
  await site[Symbol.asyncDispose]();
  await testAuth.dispose();
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
});

async function openPage(path: string): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    const isOfReact = !message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && isOfReact) complaints.push(message.text());
  });
  await page.goto(`${site.origin}${path}`);
  return page;
}

async function signIn(page: Page, { email, password }: TestUser = ada): Promise<void> {
  await page.evaluate(`tab.api.auth.login.mutate(${JSON.stringify({ email, password })})`);
}

async function openSignedIn(path: string): Promise<Page> {
  const page = await openPage(path);
  await signIn(page);
  await shows(page, "Hello Ada");
  return page;
}

async function shows(page: Page, text: string): Promise<void> {
  await page.getByText(text, { exact: true }).waitFor();
}

async function seen(page: Page): Promise<string[]> {
  const states = await page.evaluate<string[]>(`tab.seen`);
  return states.filter((state, index, all) => state !== all[index - 1]);
}

/** Holds the page's requests for a procedure back, until the returned function is called. */
async function holdBack(procedure: string): Promise<() => void> {
  const held = Promise.withResolvers<void>();
  await context.route(`**/trpc/${procedure}*`, async (route) => {
    await held.promise;
    await route.continue();
  });
  return held.resolve;
}

describe("gates", () => {
  it("show who is signed in, and what is not known", async () => {
    const page = await openPage("/");
    await shows(page, "Signed out: by choice");
    await signIn(page);
    await shows(page, "Hello Ada");
    expect(await seen(page)).toEqual(["restoring", "signedOut", "signedIn"]);
    const release = await holdBack("auth.refresh");
    await page.reload();
    await shows(page, "One moment");
    release();
    await shows(page, "Hello Ada");
    expect(await seen(page)).toEqual(["restoring", "signedIn"]);
  });

  it("follow a sign-in and a sign-out in another tab", async () => {
    const first = await openPage("/");
    const second = await openPage("/");
    await shows(second, "Signed out: by choice");
    await signIn(first);
    await shows(second, "Hello Ada");
    await second.evaluate(`tab.api.auth.logout.mutate()`);
    await shows(first, "Signed out: by choice");
    expect(await seen(first)).toEqual(["restoring", "signedOut", "signedIn", "signedOut"]);
    expect((await seen(second)).at(-1)).toBe("signedOut");
  });

  it("say why the server has ended the session", async () => {
    const page = await openSignedIn("/");
    await testAuth.auth.console.logOutUser(ada.email);
    await page.evaluate(`tab.api.auth.me.query().catch(() => {})`);
    await shows(page, "Signed out: refresh_token_invalid");
    expect((await seen(page)).at(-1)).toBe("expired");
  });
});

describe("Suspense", () => {
  it("waits while the session is restored, and for as long", async () => {
    const release = await holdBack("auth.refresh");
    const page = await openPage("/suspense");
    await shows(page, "Waiting for the session");
    await shows(page, "Waiting for the user");
    release();
    await shows(page, "Settled: signedOut");
    await shows(page, "NotSignedInError: Nobody is signed in.");
    // React tells of what a boundary caught.
    expect(complaints.splice(0).join("\n")).toContain("NotSignedInError");
    await signIn(page);
    await shows(page, "Settled: signedIn");
    await page.reload();
    await shows(page, "Profile of Ada");
  });
});

describe("step-up", () => {
  it("asks once for all calls, again after a wrong password, and makes them again", async () => {
    const page = await openSignedIn("/step-up");
    testAuth.clock.advance({ minutes: 6 });
    await page.getByText("Change email").click();
    await page.getByLabel("Password").fill("not the password of Ada");
    await page.getByText("Confirm").click();
    await shows(page, "invalid_credentials");
    await page.getByLabel("Password").fill(ada.password);
    await page.getByText("Confirm").click();
    await shows(page, "first accepted, second accepted");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await shows(page, "Hello Ada");
  });

  it("refuses the calls that wait when the user cancels", async () => {
    const page = await openSignedIn("/step-up");
    testAuth.clock.advance({ minutes: 6 });
    await page.getByText("Change email").click();
    await page.getByText("Cancel").click();
    const reason = "insufficient_user_authentication";
    await shows(page, `${reason}, ${reason}`);
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  it("is over when the user signs out in another tab", async () => {
    const page = await openSignedIn("/step-up");
    const other = await openPage("/");
    await shows(other, "Hello Ada");
    testAuth.clock.advance({ minutes: 6 });
    await page.getByText("Change email").click();
    await expect.poll(() => page.getByRole("dialog").count()).toBe(1);
    await other.evaluate(`tab.api.auth.logout.mutate()`);
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  });
});

describe("sessions", () => {
  it("are listed, and ended one by one or all others", async () => {
    for (const userAgent of ["Phone", "Tablet", "Television"]) {
      await testAuth.signIn(ada, { userAgent });
    }
    const page = await openSignedIn("/sessions");
    await expect.poll(() => page.getByRole("listitem").count()).toBe(4);
    await page.getByRole("listitem").filter({ hasText: "Phone" }).getByRole("button").click();
    await expect.poll(() => page.getByRole("listitem").count()).toBe(3);
    expect(await page.getByText("Phone").count()).toBe(0);
    await page.getByText("End others").click();
    await expect.poll(() => page.getByRole("listitem").count()).toBe(1);
    await page.getByRole("listitem").filter({ hasText: "This device" }).getByRole("button").click();
    await shows(page, "Signed out: by choice");
  });

  it("are shown on while the server is away, and asked for again", async () => {
    const page = await openSignedIn("/sessions");
    await expect.poll(() => page.getByRole("listitem").count()).toBe(1);
    await context.route("**/trpc/auth.sessions.list*", (route) => route.abort());
    await page.getByText("Refresh").click();
    await shows(page, "The list may be old");
    expect(await page.getByRole("listitem").count()).toBe(1);
    await context.unroute("**/trpc/auth.sessions.list*");
    const phone = await testAuth.signIn(ada, { userAgent: "Phone" });
    await page.getByText("Refresh").click();
    await expect.poll(() => page.getByRole("listitem").count()).toBe(2);
    expect(await page.getByText("The list may be old").count()).toBe(0);
    const answered = page.waitForResponse(/auth\.logoutEverywhere/);
    await page.getByText("End all").click();
    await shows(page, "Signed out: by choice");
    await answered;
    await testAuth.expectRevoked(phone);
  });

  it("of another user are not shown to the next", async () => {
    const bob = await testAuth.createUser({ name: "Bob" });
    await testAuth.signIn(ada, { userAgent: "Phone" });
    const page = await openSignedIn("/sessions");
    await expect.poll(() => page.getByRole("listitem").count()).toBe(2);
    const release = await holdBack("auth.sessions.list");
    await signIn(page, bob);
    await shows(page, "Hello Bob");
    expect(await page.getByRole("listitem").count()).toBe(0);
    release();
    await expect.poll(() => page.getByRole("listitem").count()).toBe(1);
  });
});

describe("a page that a server has rendered", () => {
  it("shows the user from the first byte on, and hydrates without a complaint", async () => {
    await openSignedIn("/");
    const release = await holdBack("auth.refresh");
    const page = await openPage("/server/sessions");
    expect(await (await context.request.get(`${site.origin}/server/`)).text()).toContain(
      "Hello <!-- -->Ada",
    );
    await shows(page, "Hello Ada");
    await expect.poll(() => seen(page)).toEqual(["signedIn"]);
    expect(await page.evaluate(`tab.session.getSnapshot().status`)).toBe("restoring");
    release();
    await expect.poll(() => page.getByRole("listitem").count()).toBe(1);
    expect(await seen(page)).toEqual(["signedIn"]);
    expect(await page.evaluate(`tab.recovered`)).toEqual([]);
  });

  it("shows that nobody is signed in, until somebody is", async () => {
    const page = await openPage("/server/");
    await shows(page, "Signed out: by choice");
    await signIn(page);
    await shows(page, "Hello Ada");
    expect(await seen(page)).toEqual(["signedOut", "signedIn"]);
    expect(await page.evaluate(`tab.recovered`)).toEqual([]);
  });

  it("says that it is not known, when the server was not asked", async () => {
    await openSignedIn("/");
    const page = await openPage("/server/?unknown");
    await shows(page, "Hello Ada");
    expect(await seen(page)).toEqual(["restoring", "signedIn"]);
    expect(await page.evaluate(`tab.recovered`)).toEqual([]);
  });

  it("leaves to the browser what waits for the session", async () => {
    await openSignedIn("/");
    const page = await openPage("/server/suspense?unknown");
    await shows(page, "Profile of Ada");
    await shows(page, "Settled: signedIn");
    const recovered = await page.evaluate<string[]>(`tab.recovered`);
    expect(recovered).toHaveLength(2);
    for (const each of recovered) expect(each).toContain("initialUser");
  });
});

describe("TanStack Query", () => {
  it("reads through the client, steps up, and forgets at the end of the session", async () => {
    const page = await openSignedIn("/query");
    const other = await openPage("/");
    await shows(page, "A note for Ada");
    await shows(other, "Hello Ada");
    testAuth.clock.advance({ minutes: 6 });
    await page.getByText("Change by query").click();
    await page.getByLabel("Password").fill(ada.password);
    await page.getByText("Confirm").click();
    await shows(page, "Accepted by query");
    await other.evaluate(`tab.api.auth.logout.mutate()`);
    await shows(page, "Signed out: by choice");
    expect(await page.evaluate(`tab.queryClient.getQueryCache().getAll().length`)).toBe(0);
  });
});
