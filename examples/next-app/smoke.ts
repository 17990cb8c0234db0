import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";

const email = "ada@example.com";
const password = "correct horse battery staple";
const folder = await mkdtemp(join(tmpdir(), "portcullis-notes-"));
const port = await freePort();
const url = `http://localhost:${port}`;
const app = spawn(
  process.execPath,
  ["node_modules/next/dist/bin/next", "start", "--hostname", "localhost", "--port", String(port)],
  {
    env: {
      ...process.env,
      APP_URL: url,
      DATA_DIR: join(folder, "data"),
      NEXT_TELEMETRY_DISABLED: "1",
    },
    stdio: ["ignore", "pipe", "inherit"],
  },
);
let printed = "";
app.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
let browser: Browser | undefined;

try {
  await seen(/Ready in/);
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });

  const laptop = await openPage(browser);
  await laptop.waitForURL(`${url}/sign-in`);
  await laptop.getByRole("link", { name: "Create an account" }).click();
  await submit(laptop, "Create account", { Name: "Ada", Email: email, Password: "too short" });
  await laptop.getByText("Enter 15 to 256 characters.").waitFor();
  await submit(laptop, "Create account", { Password: password });
  await laptop.getByText("Follow the link").waitFor();
  await laptop.goto(await seen(/http:\S+verify-email#token=\S+/));
  await submit(laptop, "Confirm", { Password: password });
  await laptop.waitForURL(`${url}/sign-in`);
  await signIn(laptop);
  await laptop.getByLabel("New note").fill("Buy milk");
  await laptop.getByRole("button", { name: "Add" }).click();
  await laptop.getByText("Buy milk").waitFor();

  const phone = await openPage(browser);
  await signIn(phone);
  await phone.getByText("Buy milk").waitFor();
  await phone.getByRole("button", { name: "Sign out everywhere" }).click();
  await phone.waitForURL(`${url}/sign-in`);
  // What the other device asks for next is done for nobody.
  await laptop.getByLabel("New note").fill("Too late");
  await laptop.getByRole("button", { name: "Add" }).click();
  await laptop.waitForURL(`${url}/sign-in`);
  await laptop.getByText("Your session was ended").waitFor();
  console.log("ok");
} finally {
  await browser?.close();
  app.kill("SIGTERM");
  if (app.exitCode === null) await once(app, "exit");
  await rm(folder, { recursive: true, force: true });
}

async function signIn(page: Page): Promise<void> {
  await submit(page, "Sign in", { Email: email, Password: password });
  await page.getByRole("heading", { name: "Notes of Ada" }).waitFor();
}

async function submit(page: Page, action: string, fields: Record<string, string>): Promise<void> {
  const form = page.getByRole("form", { name: action });
  for (const [label, value] of Object.entries(fields)) await form.getByLabel(label).fill(value);
  await form.getByRole("button", { name: action }).click();
}

async function openPage(chrome: Browser): Promise<Page> {
  const context = await chrome.newContext();
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" && /hydrat/i.test(message.text())) {
      throw new Error(message.text());
    }
  });
  await page.goto(url);
  return page;
}

/** The first match in what the application prints. */
async function seen(pattern: RegExp): Promise<string> {
  const deadline = AbortSignal.timeout(60_000);
  for (;;) {
    const match = pattern.exec(printed);
    if (match !== null) return match[0];
    await once(app.stdout, "data", { signal: deadline });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return free;
}
