import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";

const folder = await mkdtemp(join(tmpdir(), "portcullis-notes-"));
const port = 20_000 + (process.pid % 10_000);
const api = spawn(process.execPath, ["api/main.ts"], {
  env: {
    ...process.env,
    PORT: String(port),
    APP_URL: `http://localhost:${port}`,
    DATA_DIR: join(folder, "data"),
  },
  stdio: ["ignore", "pipe", "inherit"],
});
let printed = "";
api.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
let browser: Browser | undefined;

try {
  const url = await seen(/http:\/\/localhost:\d+\//);
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  const email = "ada@example.com";
  const password = "correct horse battery staple";

  const laptop = await openPage(browser, url);
  await laptop.getByRole("button", { name: "Create an account" }).click();
  await laptop.getByLabel("Name").fill("Ada");
  await fillCredentials(laptop, "too short");
  await laptop.getByRole("button", { name: "Create account" }).click();
  await laptop.getByText("Enter 15 to 256 characters.").waitFor();
  await fillCredentials(laptop);
  await laptop.getByRole("button", { name: "Create account" }).click();
  await laptop.getByRole("heading", { name: "Check your mail" }).waitFor();
  await laptop.goto(await seen(/http:\S+verify-email#token=\S+/));
  await laptop.getByLabel("Password").fill(password);
  await laptop.getByRole("button", { name: "Confirm" }).click();
  await laptop.getByRole("link", { name: "Sign in" }).click();
  await signIn(laptop);
  await laptop.getByLabel("New note").fill("Buy milk");
  await laptop.getByRole("button", { name: "Add" }).click();
  await laptop.getByText("Buy milk").waitFor();
  // The refresh cookie brings the session back.
  await laptop.reload();
  await laptop.getByText("Notes of Ada").waitFor();

  const phone = await openPage(browser, url);
  await signIn(phone);
  await phone.getByText("Buy milk").waitFor();
  // The page is left at once; the other devices are refused when the server has answered.
  const answer = phone.waitForResponse(/logoutEverywhere/);
  await phone.getByRole("button", { name: "Sign out everywhere" }).click();
  await phone.getByRole("heading", { name: "Sign in" }).waitFor();
  await answer;
  await laptop.getByRole("button", { name: "Refresh" }).click();
  await laptop.getByText("Your session was ended").waitFor();
  console.log("ok");

  async function fillCredentials(page: Page, secret = password): Promise<void> {
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(secret);
  }

  async function signIn(page: Page): Promise<void> {
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await fillCredentials(page);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Notes of Ada").waitFor();
  }
} finally {
  await browser?.close();
  api.kill("SIGTERM");
  if (api.exitCode === null) await once(api, "exit");
  await rm(folder, { recursive: true, force: true });
}

async function openPage(chrome: Browser, url: string): Promise<Page> {
  const context = await chrome.newContext();
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** The first match in what the API prints. */
async function seen(pattern: RegExp): Promise<string> {
  const deadline = AbortSignal.timeout(60_000);
  for (;;) {
    const match = pattern.exec(printed);
    if (match !== null) return match[0];
    await once(api.stdout, "data", { signal: deadline });
  }
}
