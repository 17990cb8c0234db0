import { fileURLToPath } from "node:url";
import { startBrowser } from "@portcullis/test-servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { clientOf } from "../../apps/server/src/test-service.ts";
import { bundle } from "../../packages/client/src/test-bundle.ts";
import { startFaultyService, type Credentials, type FaultyService } from "./faulty-service.ts";

/** What goes wrong between the tabs of a browser and the service, whose cookie they share. */

type Browser = Awaited<ReturnType<typeof startBrowser>>;
type BrowserContext = Awaited<ReturnType<Browser["newContext"]>>;
type Page = Awaited<ReturnType<BrowserContext["newPage"]>>;

/** The life of an access token, and a little more. */
const tokenLifeMs = 601_000;
/** The time in which a used refresh token is answered, and a little more. */
const graceMs = 11_000;
const dayMs = 86_400_000;
const patience = { timeout: 20_000 };

const me = `tab.api.auth.me.query().then(({ email }) => email)`;
const outcome = `${me}.catch((error) => error.data?.reason ?? String(error))`;

let files: Map<string, string>;
let browser: Browser;
let service: FaultyService;
let context: BrowserContext;
let user: Credentials;

beforeAll(async () => {
  files = await bundle(fileURLToPath(new URL("page.ts", import.meta.url)));
  browser = await startBrowser();
  service = await startFaultyService();
});
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await browser?.close();
});

beforeEach(async () => {
  user = await service.register();
  context = await browser.newContext();
  // The page is of the service's own origin, and reaches it through the network.
  await context.route(`${service.origin}/app/**`, (route) => {
    const code = files.get(new URL(route.request().url()).pathname.replace("/app/", ""));
    return code === undefined
      ? route.fulfill({
          contentType: "text/html",
          body: `<script type="module" src="/app/page.js"></script>`,
        })
      : route.fulfill({ contentType: "text/javascript", body: code });
  });
});
afterEach(async () => {
  await context.close();
  service.network.heal();
});

async function openTab(search = ""): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${service.origin}/app/${search}`);
  await page.evaluate(`tab.session.restore()`);
  return page;
}

function logIn(page: Page): Promise<unknown> {
  return page.evaluate(`tab.api.auth.login.mutate(${JSON.stringify(user)})`);
}

/** Two tabs in one session. */
async function openTwoTabs(): Promise<[Page, Page]> {
  const first = await openTab();
  await logIn(first);
  const second = await openTab();
  expect(await second.evaluate(me)).toBe(user.email);
  return [first, second];
}

function inEach(pages: readonly Page[], expression: string): Promise<unknown[]> {
  return Promise.all(pages.map((page) => page.evaluate(expression)));
}

const snapshot = `tab.session.getSnapshot()`;

/** Resolves once all tabs are in the state. */
async function untilAll(pages: readonly Page[], state: object): Promise<void> {
  await vi.waitFor(
    async () => expect(await inEach(pages, snapshot)).toMatchObject(pages.map(() => state)),
    patience,
  );
}

/** All tabs are signed in, by the only session that the user has. */
async function expectOneSession(pages: readonly Page[]): Promise<void> {
  const sessions = `tab.api.auth.sessions.list.query().then((all) => all.map((each) => each.current))`;
  expect(await inEach(pages, me)).toEqual(pages.map(() => user.email));
  expect(await inEach(pages, sessions)).toEqual(pages.map(() => [true]));
  expect(await inEach(pages, `tab.left`)).toEqual(pages.map(() => []));
}

/** All tabs were told once that the session has ended, and why. */
async function expectEnded(pages: readonly Page[], reason: string): Promise<void> {
  await untilAll(pages, { status: "expired", user: { email: user.email }, reason });
  expect(await inEach(pages, `tab.left`)).toEqual(pages.map(() => [reason]));
  for (const statuses of await inEach(pages, `tab.statuses`)) {
    expect((statuses as string[]).filter((status) => status === "expired")).toHaveLength(1);
  }
  expect(await inEach(pages, outcome)).toEqual(pages.map(() => "unauthenticated"));
}

/** The refresh token, which no script of the page can read. */
async function stealToken(): Promise<string> {
  const cookies = await context.cookies();
  const cookie = cookies.find(({ name }) => name === "portcullis_refresh");
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
  return cookie?.value ?? "";
}

describe("two tabs renew the token at once", () => {
  it("one refresh is made, and both stay signed in", async () => {
    const tabs = await openTwoTabs();
    const answered = service.record();
    service.advance(tokenLifeMs);
    expect(await inEach(tabs, me)).toEqual([user.email, user.email]);
    expect(answered("auth.refresh")).toEqual([200]);
    await expectOneSession(tabs);
  });

  it("without Web Locks two are made with one token, and both stay signed in", async () => {
    await context.addInitScript(`Object.defineProperty(navigator, "locks", { value: undefined })`);
    const tabs = await openTwoTabs();
    const answered = service.record();
    service.advance(tokenLifeMs);
    // Neither is sent before both are there.
    const waiting: (() => void)[] = [];
    await context.route("**/trpc/auth.refresh", async (route) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 2) for (const release of waiting) release();
      });
      await route.continue();
    });
    expect(await inEach(tabs, me)).toEqual([user.email, user.email]);
    expect(answered("auth.refresh")).toEqual([200, 200]);
    await context.unroute("**/trpc/auth.refresh");
    await expectOneSession(tabs);
    // What the cookie holds by now is good for the next one.
    service.advance(tokenLifeMs);
    await expectOneSession(tabs);
  });
});

describe("the service refuses to renew the token", () => {
  it("tabs are told once, when another device has logged out everywhere", async () => {
    const tabs = await openTwoTabs();
    const other = clientOf({ url: service.origin });
    await other.api.auth.login.mutate(user);
    await other.api.auth.logoutEverywhere.mutate();
    const answered = service.record();
    expect(await tabs[0].evaluate(outcome)).toBe("token_revoked");
    await expectEnded(tabs, "refresh_token_invalid");
    expect(answered("auth.refresh")).toEqual([401]);
  });

  it("tabs are told once, when an operator has banned the user", async () => {
    const tabs = await openTwoTabs();
    await service.ban(user.email);
    const answered = service.record();
    expect(await inEach(tabs, outcome)).toContain("token_revoked");
    await expectEnded(tabs, "refresh_token_invalid");
    expect(answered("auth.refresh")).toEqual([401]);
  });

  it("tabs are told once, when a thief has used the refresh token", async () => {
    const tabs = await openTwoTabs();
    const thief = clientOf({ url: service.origin });
    await thief.api.auth.refresh.mutate({ refreshToken: await stealToken() });
    service.advance(tokenLifeMs + graceMs);
    expect(await tabs[1].evaluate(outcome)).toBe("token_expired");
    await expectEnded(tabs, "refresh_token_reused");
  });
});

describe("the network is down when the token has to be renewed", () => {
  it("tabs stay signed in, are offline, and are online again by themselves", async () => {
    await context.clock.install();
    const tabs = await openTwoTabs();
    service.advance(tokenLifeMs);
    for (const page of tabs) await page.clock.fastForward(tokenLifeMs);
    service.network.refuse();
    service.network.cut();
    for (const answer of await inEach(tabs, outcome)) expect(answer).toContain("Failed to fetch");
    await untilAll(tabs, { status: "signedIn", connection: "offline" });
    service.network.heal();
    await untilAll(tabs, { status: "signedIn", connection: "online" });
    await expectOneSession(tabs);
  });
});

describe("a tab sleeps", () => {
  /** Some systems stop the first of the two clocks that a page has, and others neither. */
  const sleeps: Record<string, (page: Page, ms: number) => Promise<void>> = {
    "both clocks go on": (page, ms) => page.clock.fastForward(ms),
    async "one clock stands still"(page, ms) {
      await page.clock.setSystemTime((await page.evaluate<number>(`Date.now()`)) + ms);
    },
  };

  it.each(Object.keys(sleeps))("for a day: it is renewed before any call (%s)", async (how) => {
    await context.clock.install();
    const tabs = await openTwoTabs();
    const answered = service.record();
    service.advance(dayMs);
    for (const page of tabs) await sleeps[how]?.(page, dayMs);
    expect(await inEach(tabs, me)).toEqual([user.email, user.email]);
    expect(answered("auth.refresh")).toEqual([200]);
    expect(answered("auth.me")).toEqual([200, 200]);
    await expectOneSession(tabs);
  });

  it("for longer than the session may idle: it has ended, and the tabs are told", async () => {
    await context.clock.install();
    const tabs = await openTwoTabs();
    service.advance(15 * dayMs);
    for (const page of tabs) await page.clock.fastForward(15 * dayMs);
    expect(await tabs[0].evaluate(outcome)).toBe("refresh_token_invalid");
    await expectEnded(tabs, "refresh_token_invalid");
  });
});

describe("a device's clock is wrong", () => {
  const skewMs = 600_000;

  it.each([-skewMs, skewMs])("by %d ms: nothing is renewed before its time", async (byMs) => {
    await context.clock.install({ time: Date.now() + byMs });
    const tabs = await openTwoTabs();
    const answered = service.record();
    await expectOneSession(tabs);
    expect(answered("auth.refresh")).toEqual([]);
    service.advance(tokenLifeMs);
    for (const page of tabs) await page.clock.fastForward(tokenLifeMs);
    await expectOneSession(tabs);
    expect(answered("auth.refresh")).toEqual([200]);
  });

  it.each([
    [-skewMs, [200]],
    // The token looks over at once, and is renewed before its time.
    [skewMs, [200, 200]],
  ])("and is set by %d ms meanwhile: all stay signed in", async (byMs, refreshes) => {
    await context.clock.install();
    const tabs = await openTwoTabs();
    const answered = service.record();
    for (const page of tabs) await page.clock.setSystemTime(Date.now() + byMs);
    await expectOneSession(tabs);
    service.advance(tokenLifeMs);
    await expectOneSession(tabs);
    expect(answered("auth.refresh")).toEqual(refreshes);
  });
});

describe("the storage fails", () => {
  it("a full localStorage leaves the session in memory", async () => {
    const page = await openTab("?local");
    await page.evaluate(`{
      let text = "x".repeat(2 ** 20);
      while (text !== "") {
        try {
          localStorage.setItem(\`\${localStorage.length}\`, text);
        } catch {
          text = text.slice(0, text.length / 2);
        }
      }
    }`);
    await logIn(page);
    service.advance(tokenLifeMs + graceMs);
    await expectOneSession([page]);
    const fault = ["save", "QuotaExceededError"];
    expect(await page.evaluate(`tab.faults`)).toEqual([fault, fault]);
  });

  it("a browser without cookies is signed in for as long as the access token", async () => {
    await context.route("**/trpc/**", async (route) => {
      const response = await route.fetch();
      const { "set-cookie": _, ...headers } = response.headers();
      await context.clearCookies();
      await route.fulfill({ response, headers });
    });
    const page = await openTab();
    await logIn(page);
    expect(await context.cookies()).toEqual([]);
    expect(await page.evaluate(me)).toBe(user.email);
    service.advance(tokenLifeMs);
    expect(await page.evaluate(outcome)).toBe("token_expired");
    await expectEnded([page], "refresh_token_invalid");
    await page.reload();
    expect(await page.evaluate(`tab.session.restore()`)).toEqual({ status: "signedOut" });
  });
});
