import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  signedInClient,
  startTestServers,
  type TestClient,
  type TestServers,
  type TestService,
} from "../../apps/server/src/test-service.ts";
import { permissionMatrix } from "../../packages/server/test/permission-matrix.ts";

/**
 * What a page of another site can make a browser send, to every procedure that changes something:
 * with the user's cookie, and even with their access token, none of it runs.
 */
const page = "https://app.test";
const queries = new Set([
  "me",
  "sessions.list",
  "account.activity",
  "admin.users.list",
  "admin.users.byId",
  "admin.auditLog",
]);
const mutations = [
  ...Object.keys(permissionMatrix)
    .filter((path) => !queries.has(path))
    .map((path) => `auth.${path}`),
  "posts.create",
  "posts.update",
  "posts.remove",
];

let servers: TestServers;
let service: TestService;
let client: TestClient & { readonly accessToken: string };
let cookie: string;

beforeAll(async () => {
  servers = await startTestServers();
  service = await servers.startNode({ config: { allowedOrigins: [page] } });
  const signedIn = await signedInClient(service);
  client = signedIn;
  const login = await fetch(`${service.url}/trpc/auth.login`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: page },
    body: JSON.stringify({ ...signedIn.credentials, refreshTokenIn: "cookie" }),
  });
  cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
});
afterAll(async () => {
  await service?.stop();
  await servers?.[Symbol.asyncDispose]();
});

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** As `fetch`, which would not send all of it. */
function send(path: string, { method = "POST", headers = {}, body = "" }: Sent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${service.url}/trpc/${path}`, {
      method,
      headers: {
        cookie,
        authorization: `Bearer ${client.accessToken}`,
        ...headers,
        ...(body !== "" && { "content-length": Buffer.byteLength(body) }),
      },
    });
    sent.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** What happened since, but for requests that were answered and refused. */
async function expectNothingHappened(since: number): Promise<void> {
  const lines = service.logged().slice(since);
  const happened = lines.filter(({ msg }) => msg !== "request" && msg !== "request_refused");
  expect(happened).toEqual([]);
  expect(await client.api.auth.me.query()).toMatchObject({ name: "Name" });
}

const input = '{"password":"a password long enough","token":"x","email":"a@example.test"}';
const json = { "content-type": "application/json" };

const forgeries: Readonly<Record<string, readonly [number, Sent]>> = {
  "a form": [
    415,
    { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=b" },
  ],
  "a form with a file": [
    415,
    {
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body: '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
    },
  ],
  "a form of plain text": [415, { headers: { "content-type": "text/plain" }, body: input }],
  "a beacon without a type": [415, { body: input }],
  "no body at all": [415, {}],
  "JSON of another site": [403, { headers: { ...json, origin: "https://evil.test" }, body: input }],
  "JSON of a sandboxed frame": [403, { headers: { ...json, origin: "null" }, body: input }],
  "JSON of a sibling site": [
    403,
    { headers: { ...json, "sec-fetch-site": "same-site" }, body: input },
  ],
  "JSON that a browser says is cross-site": [
    403,
    { headers: { ...json, "sec-fetch-site": "cross-site" }, body: input },
  ],
  "an image": [
    405,
    { method: "GET", headers: { "sec-fetch-site": "same-origin", "sec-fetch-dest": "image" } },
  ],
  HEAD: [405, { method: "HEAD" }],
  OPTIONS: [204, { method: "OPTIONS", headers: { origin: "https://evil.test" } }],
  PUT: [405, { method: "PUT", headers: json, body: input }],
  PATCH: [405, { method: "PATCH", headers: json, body: input }],
  DELETE: [405, { method: "DELETE", headers: json, body: input }],
  TRACE: [405, { method: "TRACE" }],
  "a GET that says it is a POST": [
    405,
    { method: "GET", headers: { ...json, "x-http-method-override": "POST" } },
  ],
};

describe.each(Object.entries(forgeries))(
  "V3.5.1 V3.5.2 V3.5.3 CK-03 API-03 API-04 V13.4.4 %s",
  (_, [status, sent]) => {
    test("runs none of the mutations", async () => {
      const since = service.logged().length;
      const statuses = await Promise.all(mutations.map((path) => send(path, sent)));
      expect(mutations.map((path, index) => [path, statuses[index]])).toEqual(
        mutations.map((path) => [path, status]),
      );
      await expectNothingHappened(since);
    });
  },
);

test("V7.6.2 a page of another site cannot sign a browser in as somebody else", async () => {
  const { credentials } = await signedInClient(service);
  const body = JSON.stringify({ ...credentials, refreshTokenIn: "cookie" });
  for (const headers of [
    { ...json, origin: "https://evil.test" },
    { ...json, "sec-fetch-site": "cross-site" },
    { "content-type": "text/plain", origin: page },
  ]) {
    const response = await fetch(`${service.url}/trpc/auth.login`, {
      method: "POST",
      headers,
      body,
    });
    expect([403, 415]).toContain(response.status);
    expect(response.headers.getSetCookie()).toEqual([]);
  }
});

test("the same calls run when they come from a page of ours", async () => {
  const headers = { ...json, origin: page, "sec-fetch-site": "same-site" };
  expect(await send("auth.refresh", { headers, body: "{}" })).toBe(200);
});
