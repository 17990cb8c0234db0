import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page, Response } from "playwright-core";
import { describe, expect, it } from "vitest";
import { signIn } from "./demo.ts";
import { admin, makeFirstAdmin } from "./first-admin.ts";
import { furnish, type Furnished } from "./furnish.ts";
import { allowInspection, findBarriers, overflowOf, shiftsOf } from "./inspect.ts";
import { heading } from "./on-page.ts";
import { takePicture } from "./take-pictures.ts";
import { adminStops, goTo, openStops, schemes, sizes, takeLook, type Stop } from "./tour.ts";
import { useDemo } from "./use-demo.ts";

const demo = useDemo({ prepare: makeFirstAdmin });
const tourTimeoutMs = 180_000;
const shiftMax = 0.05;
const firstLoadMaxBytes = 200_000;
const narrowest = { name: "narrow phone", width: 320, height: 700 };

let furnished: Promise<Furnished> | undefined;

function furniture(): Promise<Furnished> {
  furnished ??= furnish(demo());
  return furnished;
}

/** What is not as it should be on the pages, in all looks. */
async function inspect(page: Page, stops: readonly Stop[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const stop of stops) {
    for (const size of sizes) {
      const note = (what: string): unknown => problems.push(`${stop.name}, ${size.name}: ${what}`);
      await takeLook(page, { size, scheme: "light" });
      await goTo(page, demo().origin, stop);
      const shifts = await shiftsOf(page);
      const shift = shifts.reduce((sum, { score }) => sum + score, 0);
      if (shift > shiftMax) note(`moved: ${JSON.stringify(shifts)}`);
    }
    for (const size of [...sizes, narrowest]) {
      const note = (what: string): unknown => problems.push(`${stop.name}, ${size.name}: ${what}`);
      for (const scheme of size === narrowest ? [] : schemes) {
        await takeLook(page, { size, scheme });
        await takePicture(page, stop, { size, scheme });
        for (const barrier of await findBarriers(page)) note(`${scheme}: ${barrier}`);
      }
      await takeLook(page, { size, scheme: "light" });
      const overflow = await overflowOf(page);
      if (overflow > 0) note(`${overflow} px too wide`);
    }
  }
  return problems;
}

describe("every page is usable by all, fits, and keeps still", () => {
  it("that is open to anybody", { timeout: tourTimeoutMs }, async () => {
    const stops = openStops(demo().outboxPath, await furniture());
    // Without the key of the outbox.
    demo().expectComplaints(/^response: 404 .*\/outbox\/mails\.json$/);
    const { context } = await demo().enter();
    await allowInspection(context);
    expect(await inspect(await context.newPage(), stops)).toEqual([]);
  });

  it("that is for who is signed in", { timeout: tourTimeoutMs }, async () => {
    const stops = adminStops(await furniture());
    const { context, open } = await demo().enter();
    await allowInspection(context);
    const page = await open("/sign-in");
    await signIn(page, admin);
    await heading(page, "Posts");
    expect(await inspect(page, stops)).toEqual([]);
  });
});

it.each(["/", "/sign-in", "/posts"])("the first load of %s is small", async (path) => {
  const { context } = await demo().enter();
  const scripts: Response[] = [];
  context.on("response", (response) => {
    if (response.request().resourceType() === "script") scripts.push(response);
  });
  const page = await context.newPage();
  await page.goto(`${demo().origin}${path}`, { waitUntil: "networkidle" });
  const bodies = await Promise.all(scripts.map((script) => script.body()));
  const bytes = bodies.map((body) => gzipSync(body).length);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(firstLoadMaxBytes);
});

it("V14.3.3 no script can read a token, wherever it looks", async () => {
  const { context, open } = await demo().enter();
  const tokens: string[] = [];
  await context.route(/\/trpc\/auth\.(?:login|refresh)/, async (route) => {
    const response = await route.fetch();
    tokens.push(...((await response.text()).match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? []));
    await route.fulfill({ response });
  });
  const page = await open("/sign-in?next=/account");
  await signIn(page, await demo().newUser("Ada"));
  await heading(page, "Profile");
  await page.reload();
  await heading(page, "Profile");
  expect(tokens).toHaveLength(2);

  const cookies = await context.cookies();
  expect(cookies).toHaveLength(1);
  for (const { httpOnly, sameSite, value } of cookies) {
    expect({ httpOnly, sameSite }).toEqual({ httpOnly: true, sameSite: "Strict" });
    tokens.push(...value.split("."));
  }
  const { origins } = await context.storageState({ indexedDB: true });
  const readable = JSON.stringify([origins, await readableText(page)]);
  expect(tokens.filter((token) => readable.includes(token))).toEqual([]);
});

/** What a script finds in the storages, the cookies, the history and the page itself. */
function readableText(page: Page): Promise<unknown> {
  return page.evaluate(async () => [
    { ...localStorage },
    { ...sessionStorage },
    document.cookie,
    JSON.stringify(history.state),
    document.documentElement.outerHTML,
    (await indexedDB.databases()).map(({ name }) => name),
    await caches.keys(),
  ]);
}

it("the published files have no secret in them", async () => {
  const { pagesFolder, variables } = demo();
  const { AUTH_SECRET: secret = "" } = variables;
  expect(secret).not.toBe("");
  const names = await readdir(pagesFolder, { recursive: true });
  const texts = names.filter((name) => /\.(?:js|css|html|svg)$/.test(name));
  expect(texts.length).toBeGreaterThan(10);
  const isSecret = (text: string): boolean =>
    text.includes(secret) || /AUTH_SECRET|PRIVATE KEY|"?\bd"?:"[\w-]{43}"/.test(text);
  for (const name of texts) {
    const text = await readFile(join(pagesFolder, name), "utf8");
    expect({ name, isSecret: isSecret(text) }).toEqual({ name, isSecret: false });
  }
  expect(names.filter((name) => name.endsWith(".map"))).toEqual([]);
});
