import { join } from "node:path";
import {
  clientOf,
  startEmbedded,
  temporaryFolder,
  type TestService,
} from "@portcullis/app-server/test-service";
import { startBrowser } from "@portcullis/test-servers";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { writePages } from "./built-pages.ts";
import { createVisits, type Visitor, type Visits } from "./visit.ts";

export interface DemoUser {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** The service with its pages, and browsers that visit it. */
export interface Demo {
  /** As mails and people call it. */
  readonly origin: () => string;
  /** With the key that shows the mails. */
  readonly outboxPath: () => string;
  /** A browser of its own, and a tab in it. */
  readonly visit: (path: string, options?: BrowserContextOptions) => Promise<Page>;
  /** A browser of its own. */
  readonly enter: (options?: BrowserContextOptions) => Promise<Visitor>;
  /** A browser of its own in which the user has signed in, and a tab in it. */
  readonly visitAs: (user: DemoUser, path: string, options?: BrowserContextOptions) => Promise<Page>;
  /** A user with an account that was never used. */
  readonly newUser: (name: string) => Promise<DemoUser>;
  /** Complaints of browsers that the test brings about; any other one fails it. */
  readonly expectComplaints: Visits["expectComplaints"];
  /** Lets time pass at the service. */
  readonly passMinutes: (minutes: number) => void;
  readonly service: () => TestService;
}

const password = "a lantern over quiet harbours";
/** Below those that the system gives to connections. Files of other processes begin elsewhere. */
const firstPort = 20_000 + (process.pid % 12_000);

/** Starts it before the tests of a file, and stops it after them. Each test closes its browsers. */
export function useDemo({ prepare }: { prepare?: (dataFolder: string) => Promise<void> } = {}): Demo {
  let started: AsyncDisposableStack | undefined;
  let service: TestService;
  let browser: Browser;
  let origin: string;
  let visits: Visits;
  let passedMs = 0;
  let users = 0;

  beforeAll(async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder());
    const dataFolder = join(folder.path, "data");
    const webRoot = join(folder.path, "pages");
    await Promise.all([writePages(webRoot), prepare?.(dataFolder)]);
    service = stack.use(
      await startEmbedded(dataFolder, {
        now: () => Date.now() + passedMs,
        config: {
          port: { kind: "from", port: firstPort },
          appUrl: undefined,
          webRoot,
          lab: { nodes: [{ name: "this node", url: "" }], control: null },
        },
      }),
    );
    origin = service.url.replace("127.0.0.1", "localhost");
    browser = stack.use(await startBrowser());
    visits = createVisits(browser, origin);
    started = stack.move();
  });
  afterAll(() => started?.disposeAsync());
  afterEach(async () => {
    const complaints = await visits.leave();
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
  });

  async function visit(path: string, options?: BrowserContextOptions): Promise<Page> {
    const visitor = await visits.enter(options);
    return visitor.open(path);
  }

  return {
    origin: () => origin,
    outboxPath: () => (service.outboxUrl ?? "").replace(service.url, ""),
    visit,
    enter: (options) => visits.enter(options),
    async visitAs(user, path, options) {
      const page = await visit(`/sign-in?next=${encodeURIComponent(path)}`, options);
      await signIn(page, user);
      await page.waitForURL(`${origin}${path}`);
      return page;
    },
    async newUser(name) {
      users += 1;
      const user = { name, email: `${name.toLowerCase()}-${users}@example.com`, password };
      const client = clientOf(service);
      await client.api.auth.register.mutate(user);
      return user;
    },
    expectComplaints: (...like) => visits.expectComplaints(...like),
    passMinutes(minutes) {
      passedMs += minutes * 60_000;
    },
    service: () => service,
  };
}

/** Fills the form of the page to sign in, as which the tab must be. */
export async function signIn(page: Page, { email, password: entered }: DemoUser): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(entered);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
}
