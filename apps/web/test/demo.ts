import { join } from "node:path";
import { startNodeFor, variablesFor } from "@portcullis/app-server/test-command";
import {
  clientOf,
  startEmbedded,
  startTestServers,
  temporaryFolder,
  type TestService,
  type TestServiceOptions,
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
  /** The variables that the service is set up with; one of them is secret. */
  readonly variables: Readonly<Record<string, string>>;
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
  /** Whether the service keeps its data itself, as the one that people try out does. Default false. */
  readonly isEmbedded?: boolean;
  /** Runs before the service is started, with the variables for our command line. */
  readonly prepare?: (variables: Readonly<Record<string, string>>) => Promise<void>;
}

/** Where a service keeps its data, and how it is started there. */
interface Place {
  readonly variables: Readonly<Record<string, string>>;
  readonly start: (options: TestServiceOptions) => Promise<TestService>;
}

const password = "a lantern over quiet harbours";
/** Below the ports that the system gives to connections; another process begins elsewhere. */
const firstPort = 20_000 + (process.pid % 12_000);

export async function startDemo({ isEmbedded, prepare }: DemoOptions): Promise<Demo> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const place =
    isEmbedded === true ? embeddedIn(join(folder.path, "data")) : await onServers(started);
  const pagesFolder = join(folder.path, "pages");
  const [browser] = await Promise.all([
    startBrowser().then((each) => started.use(each)),
    writePages(pagesFolder),
    prepare?.(place.variables),
  ]);
  let passedMs = 0;
  const service = started.use(
    await place.start({
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

  const parts = started.move();
  return {
    ...visits,
    service,
    origin,
    outboxPath: (service.outboxUrl ?? "").replace(service.url, ""),
    variables: place.variables,
    pagesFolder,
    async visit(path, options) {
      const visitor = await visits.enter(options);
      return visitor.open(path);
    },
    async visitAs({ email, password: entered }, path, options) {
      const visitor = await visits.enter(options);
      // The browser keeps the cookie as its own; the form is for tests of signing in.
      const response = await visitor.context.request.post(`${origin}/trpc/auth.login`, {
        headers: { origin },
        data: { email, password: entered, refreshTokenIn: "cookie" },
      });
      if (!response.ok()) throw new Error(`Signing in was answered with ${response.status()}.`);
      return visitor.open(path);
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

function embeddedIn(dataFolder: string): Place {
  return {
    variables: { DATA_DIR: dataFolder },
    start: (options) => startEmbedded(dataFolder, options),
  };
}

async function onServers(started: AsyncDisposableStack): Promise<Place> {
  const servers = started.use(await startTestServers());
  return {
    variables: variablesFor(servers),
    start: (options) => startNodeFor(servers, options),
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
