import { type Browser, chromium } from "playwright-core";

import { installHeadlessShellOnDebian } from "./debian-packages.ts";
import { findChromium, findHeadlessShell } from "./executables.ts";
import { canInstallDebianPackages } from "./server-source.ts";
import { TestServerError } from "./test-server-error.ts";

const pathVariable = "PORTCULLIS_TEST_CHROMIUM";
const launchTimeoutMs = 60_000;

/**
 * Starts Chromium, without a window: the one that `PORTCULLIS_TEST_CHROMIUM` names, else
 * `chromium-headless-shell`, which is installed first on Debian where we are root, else a Chromium or
 * Chrome with all its windows; from the PATH or the usual places. Close it, or dispose of it, when the
 * test is over.
 *
 * @throws {@link TestServerError} with `NO_SERVER` when there is none.
 * @example
 * ```ts
 * import { startBrowser } from "@portcullis/test-servers";
 *
 * await using browser = await startBrowser();
 * const page = await browser.newPage();
 * await page.goto("http://127.0.0.1:3000/");
 * ```
 */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumPath(),
    timeout: launchTimeoutMs,
    args: [
      // As root there is no sandbox; the pages are our own.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      // It would ask for updates and the like, which are nobody's business in a test.
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Where {@link startBrowser} finds its Chromium, for programs that start one themselves.
 *
 * @throws {@link TestServerError} with `NO_SERVER` when there is none.
 */
export async function chromiumPath(): Promise<string> {
  const named = process.env[pathVariable];
  if (named !== undefined) return named;
  const path = process.env["PATH"];
  const shell = findHeadlessShell(path) ?? (await installHeadlessShell(path));
  const found = shell ?? findChromium(path);
  if (found !== undefined) return found;
  throw new TestServerError(
    "NO_SERVER",
    [
      "The tests need Chromium, and it is neither on the PATH nor in the usual places. One of these helps:",
      '  - install it: "sudo apt-get install chromium-headless-shell" (Debian) or "brew install chromium" (macOS)',
      `  - set ${pathVariable} to the path of a Chromium or Chrome`,
    ].join("\n"),
  );
}

/** Where there is no windowless Chromium and we may install it. A whole one does as well, but takes twice the time. */
async function installHeadlessShell(path: string | undefined): Promise<string | undefined> {
  if (!canInstallDebianPackages()) return undefined;
  try {
    await installHeadlessShellOnDebian(() => findHeadlessShell(path) !== undefined);
  } catch (error) {
    if (findChromium(path) === undefined) throw error;
  }
  return findHeadlessShell(path);
}
