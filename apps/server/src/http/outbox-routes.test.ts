import { get, type IncomingHttpHeaders } from "node:http";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { clientOf, startEmbedded, temporaryFolder, type TestService } from "../test-service.ts";

const started = new AsyncDisposableStack();
let service: TestService;
let key: string;

beforeAll(async () => {
  const folder = started.use(await temporaryFolder());
  service = started.use(await startEmbedded(folder.path));
  key = new URL(service.outboxUrl ?? "").searchParams.get("key") ?? "";
  const input = { email: "ada@example.com", password: "correct horse battery staple" };
  await clientOf(service).api.auth.register.mutate({ ...input, name: "Ada" });
  const isThere = async () => {
    expect((await ask(`/outbox/mails.json?key=${key}`)).text).toContain("#token=");
  };
  await vi.waitFor(isThere, { timeout: 20_000 });
}, 60_000);
afterAll(() => started.disposeAsync());

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** fetch() sets some of these headers itself. */
function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(`${service.url}${path}`, { headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part));
      response.on("end", () => {
        resolve({ status: response.statusCode, text, headers: response.headers });
      });
    }).on("error", reject);
  });
}

const cookieOf = ({ headers }: Answer): string => headers["set-cookie"]?.join() ?? "";

it("V14.2.1 V3.3.4 shows the mails to who has the key, and puts it out of the address", async () => {
  expect(service.outboxUrl).toBe(`${service.url}/outbox?key=${key}`);
  const first = await ask(`/outbox?key=${key}`);
  expect(first).toMatchObject({ status: 303, text: "", headers: { location: "/outbox" } });
  expect(cookieOf(first)).toMatch(/^[^;]+; Path=\/outbox; HttpOnly; SameSite=Strict$/);
  const page = await ask("/outbox", { cookie: cookieOf(first).split(";")[0] ?? "" });
  expect(page.status).toBe(200);
  expect(page.text).toMatch(/^To: ada@example.com\nDate: .* GMT\nSubject: /);
  const json = await ask(`/outbox/mails.json?key=${key}`);
  expect(JSON.parse(json.text)).toMatchObject({ mails: [{ to: "ada@example.com" }] });
  for (const { headers } of [first, page, json]) {
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    });
  }
});

it("V11.5.1 makes another key of 256 bits at each start, and tells it nowhere", async () => {
  await using folder = await temporaryFolder();
  await using other = await startEmbedded(folder.path);
  const otherKey = new URL(other.outboxUrl ?? "").searchParams.get("key") ?? "";
  expect([key, otherKey].map((one) => Buffer.from(one, "base64url").length)).toEqual([32, 32]);
  expect(otherKey).not.toBe(key);
  expect((await ask(`/outbox/mails.json?key=${otherKey}`)).status).toBe(404);
  await ask(`/outbox?key=${key}`);
  const { text } = await ask("/");
  expect(text).toContain("was printed when the service started");
  expect(`${text}${JSON.stringify(service.logged())}`).not.toContain(key);
});

it("V4.1.3 V8.3.1 shows nothing without the key, whoever asks: a proxy of this machine may hide a stranger", async () => {
  const wrong = `${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`;
  for (const path of ["/outbox", "/outbox/mails.json"]) {
    for (const query of ["", "?key=", `?key=${wrong}`, `?key=${wrong}&key=${key}`, "?key=é"]) {
      expect(isNothing(await ask(`${path}${encodeURI(query)}`))).toBe(true);
    }
    expect(isNothing(await ask(path, { cookie: `portcullis_outbox=${wrong}` }))).toBe(true);
  }
});

it.each([
  ["V3.5.8 a page of another site", { "sec-fetch-site": "cross-site" }],
  ["V3.5.8 a page of a sister site", { "sec-fetch-site": "same-site" }],
  ["a name that was made to point here", { host: "evil.test" }],
  ["V4.1.3 somebody behind a proxy of this machine", { "x-forwarded-for": "203.0.113.7" }],
])("shows nothing to %s, with the key or without", async (_, headers) => {
  for (const path of ["/outbox", "/outbox/mails.json"]) {
    expect(isNothing(await ask(path, headers))).toBe(true);
    expect(isNothing(await ask(`${path}?key=${key}`, headers))).toBe(true);
  }
});

function isNothing(answer: Answer): boolean {
  return answer.status === 404 && cookieOf(answer) === "" && !answer.text.includes("ada@");
}
