import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startEmbedded, temporaryFolder, type TestService } from "../test-service.ts";

const started = new AsyncDisposableStack();
let service: TestService;

const script = "console.log('the web client')";

beforeAll(async () => {
  const web = started.use(await temporaryFolder());
  await mkdir(join(web.path, "assets"));
  await writeFile(join(web.path, "index.html"), "<!doctype html><title>Pages</title>");
  await writeFile(join(web.path, "theme.js"), "'use strict'");
  await writeFile(join(web.path, "assets/main-abc.js"), script);
  await writeFile(join(web.path, "assets/main-abc.js.gz"), gzipSync(script));
  await writeFile(join(web.path, "secret.txt"), "not asked for");
  const data = started.use(await temporaryFolder());
  service = started.use(await startEmbedded(data.path, { config: { webRoot: web.path } }));
}, 60_000);
afterAll(() => started.disposeAsync());

const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${service.url}${path}`, { headers, redirect: "manual" });
const asBrowser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

it.each(["/", "/posts", "/posts/123", "/verify-email", "/outbox", "/account/devices"])(
  "V3.4.3 V3.4.8 shows the page at %s under a policy that allows nothing inline and nothing of others",
  async (path) => {
    const answer = await ask(path, asBrowser);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("<title>Pages</title>");
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|http:|https:/);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "cache-control": "no-cache",
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    });
  },
);

it("V3.5.7 sends the same script to everybody", async () => {
  const toNobody = await (await ask("/assets/main-abc.js")).text();
  const headers = { authorization: "Bearer x", cookie: "portcullis_refresh=x" };
  expect(await (await ask("/assets/main-abc.js", headers)).text()).toBe(toNobody);
});

it("keeps what has its content in its name for a year, and sends it compressed", async () => {
  const answer = await ask("/assets/main-abc.js", { "accept-encoding": "gzip" });
  expect(await answer.text()).toBe(script);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "cache-control": "public, max-age=31536000, immutable",
    "content-encoding": "gzip",
    "content-type": expect.stringContaining("javascript"),
    vary: expect.stringContaining("Accept-Encoding"),
  });
  const plain = await ask("/assets/main-abc.js", { "accept-encoding": "identity" });
  expect(await plain.text()).toBe(script);
});

it.each([
  "/assets/missing.js",
  "/missing.png",
  "/secret.txt",
  "/assets/../secret.txt",
  "/assets/%2e%2e/secret.txt",
  "/assets/..%2fsecret.txt",
  "/assets/%2e%2e%5csecret.txt",
])("has nothing at %s for who asks for no page", async (path) => {
  const answer = await ask(path);
  expect(answer.status).toBe(404);
  expect(await answer.text()).not.toContain("not asked for");
});

it("V3.4.3 answers calls under the policy of the API, whoever asks", async () => {
  for (const path of ["/healthz", "/.well-known/jwks.json", "/trpc/posts.list"]) {
    const answer = await ask(path, asBrowser);
    expect(answer.headers.get("content-type")).toContain("json");
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    );
  }
});

it("tells programs what it is", async () => {
  expect(await (await ask("/")).text()).toContain("This is a Portcullis service");
});

it("says what to do when there are no pages where they should be", async () => {
  await using data = await temporaryFolder();
  const starting = startEmbedded(data.path, { config: { webRoot: data.path } });
  await expect(starting).rejects.toMatchObject({ code: "pages_missing" });
});
