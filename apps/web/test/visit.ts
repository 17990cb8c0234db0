import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

/** A browser of one visitor, with cookies of its own. */
export interface Visitor {
  readonly context: BrowserContext;
  /** Opens a page of the site in a new tab. */
  readonly open: (path: string) => Promise<Page>;
}

/** Visitors of a site, and everything that their browsers complained of. */
export interface Visits {
  readonly enter: (options?: BrowserContextOptions) => Promise<Visitor>;
  /** Says that a test brings such complaints about: they are none then. */
  readonly expectComplaints: (...like: readonly RegExp[]) => void;
  /** Closes all browsers, and gives what they complained of. */
  readonly leave: () => Promise<readonly string[]>;
}

const patienceMs = 15_000;

export function createVisits(browser: Browser, origin: string): Visits {
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  const expected: RegExp[] = [];

  async function enter(options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext(options);
    contexts.push(context);
    context.setDefaultTimeout(patienceMs);
    await context.exposeBinding("complain", (_, text: string) => complaints.push(text));
    await context.addInitScript(reportViolations);
    context.on("page", (page) => listen(page, complaints));
    return {
      context,
      async open(path) {
        const page = await context.newPage();
        await page.goto(`${origin}${path}`);
        return page;
      },
    };
  }

  return {
    enter,
    expectComplaints: (...like) => expected.push(...like),
    async leave() {
      for (const context of contexts.splice(0)) await context.close();
      const like = expected.splice(0);
      return complaints.splice(0).filter((complaint) => !like.some((each) => each.test(complaint)));
    },
  };
}

function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(`page: ${error.stack ?? String(error)}`));
  page.on("console", (message) => {
    // What failed to load is told below, with its address.
    if (message.text().startsWith("Failed to load resource")) return;
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText ?? "unknown";
    // A page that is left, or no longer wants an answer, ends its requests itself.
    if (why !== "net::ERR_ABORTED") complaints.push(`request: ${why} ${request.url()}`);
  });
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    const isRefusal = pathname.startsWith("/trpc/") && response.status() < 500;
    if (response.status() >= 400 && !isRefusal) {
      complaints.push(`response: ${response.status()} ${response.url()}`);
    }
  });
}

/** Runs in the page. */
function reportViolations(): void {
  const { complain } = window as unknown as { complain: (text: string) => Promise<void> };
  document.addEventListener("securitypolicyviolation", (event) => {
    void complain(
      `policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
    );
  });
}
