import { join } from "node:path";
import {
  clientOf,
  startEmbedded,
  temporaryFolder,
  type TestService,
} from "@portcullis/app-server/test-service";
import { startBrowser } from "@portcullis/test-servers";
import type { BrowserContextOptions, Page } from "playwright-core";
import { writePages } from "./built-pages.ts";
import { createVisits, type Visits } from "./visit.ts";

export interface DemoUser {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** The service with its pages, and browsers that visit it. */
export interface Demo extends Visits, AsyncDisposable {
  readonly service: TestService;
  /** As mails and people call it. */
  readonly origin: string;
  /** With the key that shows the mails. */
  readonly outboxPath: string;
  /** Where the service keeps its data, in a folder of its own. */
  readonly dataFolder: string;
  /** Where the built pages are. */
  readonly pagesFolder: string;
  /** A browser of its own, and a tab in it. */
  readonly visit: (path: string, options?: BrowserContextOptions) => Promise<Page>;
  /** A browser of its own in which the user has signed in, and a tab in it. */
  readonly visitAs: (
    user: DemoUser,
    path: string,
    options?: BrowserContextOptions,
  ) => Promise<Page>;
  /** A user whose account was never used. */
  readonly newUser: (name: string) => Promise<DemoUser>;
  /** Lets time pass at the service, not in browsers. */
  readonly passMinutes: (minutes: number) => void;
}

export interface DemoOptions {
  /** Is given the folder of the data before the service is started. */
  readonly prepare?: (dataFolder: string) => Promise<void>;
}

const password = "a lantern over quiet harbours";
/** Below the ports that the system gives to connections; another process begins elsewhere. */
const firstPort = 20_000 + (process.pid % 12_000);

export async function startDemo({ prepare }: DemoOptions): Promise<Demo> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const dataFolder = join(folder.path, "data");
  const pagesFolder = join(folder.path, "pages");
  const [browser] = await Promise.all([
    startBrowser().then((each) => started.use(each)),
    writePages(pagesFolder),
    prepare?.(dataFolder),
  ]);
  let passedMs = 0;
  const service = started.use(
    await startEmbedded(dataFolder, {
      now: () => Date.now() + passedMs,
      config: {
        port: { kind: "from", port: firstPort },
        appUrl: undefined,
        webRoot: pagesFolder,
        lab: { nodes: [{ name: "this node", url: "" }], control: null },
      },
    }),
  );
  const origin = service.url.replace("127.0.0.1", "localhost");
  const visits = createVisits(browser, origin);
  let users = 0;

  async function visit(path: string, options?: BrowserContextOptions): Promise<Page> {
    const visitor = await visits.enter(options);
    return visitor.open(path);
  }

  const parts = started.move();
  return {
    ...visits,
    service,
    origin,
    outboxPath: (service.outboxUrl ?? "").replace(service.url, ""),
    dataFolder,
    pagesFolder,
    visit,
    async visitAs(user, path, options) {
      const page = await visit(`/sign-in?next=${encodeURIComponent(path)}`, options);
      await signIn(page, user);
      await page.waitForURL(`${origin}${path}`);
      return page;
    },
    async newUser(name) {
      users += 1;
      const user = { name, email: `${name.toLowerCase()}-${users}@example.com`, password };
      await clientOf(service).api.auth.register.mutate(user);
      return user;
    },
    passMinutes(minutes) {
      passedMs += minutes * 60_000;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Fills the form of the page to sign in, as which the tab must be. */
export async function signIn(
  page: Page,
  { email, password: entered }: Pick<DemoUser, "email" | "password">,
): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(entered);
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
}
