import { startBrowser } from "@portcullis/test-servers";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { bundle } from "./test-bundle.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

const ada = "ada@example.com";
const call = `tab.api.notes.whose.query()`;
const login = `tab.api.auth.login.mutate({ email: "${ada}", password: "right" })`;

let files: Map<string, string>;
let browser: Browser;
let server: TestServer;
let context: BrowserContext;

beforeAll(async () => {
  files = await bundle("test-page.ts");
  browser = await startBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  server = await startTestServer();
  for (const [name, code] of files) server.servePage(`/${name}`, "text/javascript", code);
  server.servePage("/", "text/html", `<script type="module" src="/test-page.js"></script>`);
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await server[Symbol.asyncDispose]();
});

async function openTab(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(new URL("/", server.url).href);
  await page.evaluate(`tab.session.restore()`);
  return page;
}

function status(page: Page): Promise<unknown> {
  return page.evaluate(`tab.session.getSnapshot().status`);
}

/** Resolves once what tells of the session in the tab is true. */
async function until(page: Page, condition: string): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    const look = () => { if (${condition}) resolve(); };
    tab.session.subscribe(look);
    look();
  })`);
}

/** Two tabs in one session, the first of which has heard of the second's access token. */
async function openTwoTabs(): Promise<[Page, Page]> {
  const first = await openTab();
  await first.evaluate(login);
  const second = await openTab();
  await expect
    .poll(async () => {
      await first.evaluate(call);
      return server.requestsTo("notes.whose").at(-1)?.authorization;
    })
    .toBe("Bearer access-2");
  return [first, second];
}

function refreshes(): number {
  return server.requestsTo("auth.refresh").length;
}

it("two tabs that refresh at once make one refresh", async () => {
  const tabs = await openTwoTabs();
  const before = refreshes();
  server.expireAccessTokens();
  const gate = server.gate("auth.refresh");
  const calls = Promise.all(tabs.map((page) => page.evaluate(call)));
  await gate.arrived;
  await expect.poll(() => server.requestsTo("notes.whose").length).toBeGreaterThanOrEqual(3);
  gate.open();
  expect(await calls).toEqual([ada, ada]);
  expect(refreshes() - before).toBe(1);
});

it("two tabs without Web Locks stay signed in", async () => {
  await context.addInitScript(`Object.defineProperty(navigator, "locks", { value: undefined })`);
  const tabs = await openTwoTabs();
  for (let round = 0; round < 5; round += 1) {
    server.expireAccessTokens();
    const answers = await Promise.all(
      tabs.map((page) => page.evaluate(`${call}.catch((error) => error.message)`)),
    );
    // A tab may hear of a token that was made to expire as well, and sends a call twice at most.
    for (const answer of answers) expect([ada, "token_expired"]).toContain(answer);
  }
  expect(await Promise.all(tabs.map(status))).toEqual(["signedIn", "signedIn"]);
  expect(await Promise.all(tabs.map((page) => page.evaluate(call)))).toEqual([ada, ada]);
});

it("two tabs without a BroadcastChannel find out by themselves", async () => {
  await context.addInitScript(`delete globalThis.BroadcastChannel`);
  const first = await openTab();
  await first.evaluate(login);
  const second = await openTab();
  expect(await second.evaluate(call)).toBe(ada);
  await first.evaluate(`tab.api.auth.logout.mutate()`);
  expect(await second.evaluate(`${call}.catch((error) => error.data.reason)`)).toBe(
    "token_revoked",
  );
  expect(await status(second)).toBe("expired");
});

it("a sign-out in one tab reaches the other, which clears what is the user's", async () => {
  const [first, second] = await openTwoTabs();
  await first.evaluate(`tab.api.auth.logoutEverywhere.mutate()`);
  await until(second, `tab.session.getSnapshot().status === "signedOut"`);
  expect(await second.evaluate(`isCleared`)).toBe(true);
  expect(await second.evaluate(`${call}.catch((error) => error.data.reason)`)).toBe(
    "unauthenticated",
  );
});

it("a sign-in in one tab reaches the other", async () => {
  const [first, second] = [await openTab(), await openTab()];
  await first.evaluate(login);
  await until(second, `tab.session.getSnapshot().status === "signedIn"`);
  expect(await second.evaluate(call)).toBe(ada);
});

it("a reload restores the session, of which scripts find nothing", async () => {
  const page = await openTab();
  await page.evaluate(login);
  await page.reload();
  expect(await page.evaluate(call)).toBe(ada);
  expect(await page.evaluate(`document.cookie + localStorage.length + sessionStorage.length`)).toBe(
    "00",
  );
});

it("a tab that is closed in the middle of its refresh keeps no other from it", async () => {
  const [first, second] = await openTwoTabs();
  server.expireAccessTokens();
  const gate = server.gate("auth.refresh");
  const lost = first.evaluate(call).catch(() => "closed");
  await gate.arrived;
  await first.close();
  expect(await lost).toBe("closed");
  gate.open();
  expect(await second.evaluate(call)).toBe(ada);
});

it("a tab whose device was offline is online at once when the browser is", async () => {
  const [first] = await openTwoTabs();
  server.expireAccessTokens();
  server.breakPath("auth.refresh", "cut");
  await first.evaluate(`${call}.catch(() => {})`);
  await until(first, `tab.session.getSnapshot().connection === "offline"`);
  await context.setOffline(true);
  server.mendPath("auth.refresh");
  await context.setOffline(false);
  await until(first, `tab.session.getSnapshot().connection === "online"`);
  expect(await first.evaluate(call)).toBe(ada);
});
