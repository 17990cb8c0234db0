import { get } from "node:http";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { clientOf, startEmbedded, temporaryFolder, type TestService } from "../test-service.ts";

const started = new AsyncDisposableStack();
let service: TestService;

beforeAll(async () => {
  const folder = started.use(await temporaryFolder());
  service = started.use(await startEmbedded(folder.path));
  const input = { email: "ada@example.com", password: "correct horse battery staple" };
  await clientOf(service).api.auth.register.mutate({ ...input, name: "Ada" });
  const isThere = async () => expect((await ask("/outbox")).text).toContain("#token=");
  await vi.waitFor(isThere, { timeout: 20_000 });
}, 60_000);
afterAll(() => started.disposeAsync());

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly cacheControl: string | undefined;
}

/** fetch() sets some of these headers itself. */
function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(`${service.url}${path}`, { headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part));
      response.on("end", () => {
        const cacheControl = response.headers["cache-control"];
        resolve({ status: response.statusCode, text, cacheControl });
      });
    }).on("error", reject);
  });
}

it("shows the mails to who tries the service out, and keeps them in no cache", async () => {
  const page = await ask("/outbox");
  expect(page).toMatchObject({ status: 200, cacheControl: "no-store" });
  expect(page.text).toContain("To: ada@example.com\nSubject: ");
  const { text } = await ask("/outbox.json");
  expect(JSON.parse(text)).toMatchObject({ mails: [{ to: "ada@example.com" }] });
});

it.each([
  ["V3.5.8 a page of another site", { "sec-fetch-site": "cross-site" }],
  ["V3.5.8 a page of a sister site", { "sec-fetch-site": "same-site" }],
  ["a name that was made to point here", { host: "evil.test" }],
  ["V4.1.3 somebody behind a proxy of this machine", { "x-forwarded-for": "203.0.113.7" }],
])("shows nothing to %s", async (_, headers) => {
  for (const path of ["/outbox", "/outbox.json"]) {
    const answer = await ask(path, headers);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain("ada@");
  }
});
