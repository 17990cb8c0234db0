import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reasonOf, startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";
import type { ErrorShape } from "../contract.ts";

let world: TestWorld;
let node: TestNode;
let token: string;

beforeAll(async () => {
  world = await startWorld({ auth: { allowedOrigins: ["https://app.test"] } });
  [node] = world.nodes;
  ({ accessToken: token } = await node.signUp("gate@example.test"));
});
afterAll(() => world[Symbol.asyncDispose]());

/** The one change a refused request must not have made: the session still lives. */
async function expectUntouched(): Promise<void> {
  expect((await node.me(token)).status).toBe(200);
}

async function post(
  path: string,
  headers: Record<string, string>,
  body?: NonNullable<RequestInit["body"]>,
): Promise<{ status: number; error: ErrorShape | undefined; text: string }> {
  const response = await node.fetch(
    new Request(`http://api.test/trpc/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body }),
    }),
  );
  const text = await response.text();
  const { error } = JSON.parse(text) as { error?: ErrorShape };
  return { status: response.status, error, text };
}

describe("API-05 only JSON is taken", () => {
  test.each([
    "text/plain",
    "text/plain; application/json",
    "text/plain, application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "APPLICATION/JSON",
    "application/json\t;a",
    "application/json ;",
    "application/json;",
    "application/json; charset=latin1",
    "application/json; charset=utf-8; x=y",
    "application/json, application/json",
    "application/jsonfoo",
    "application/json+x",
    "json",
  ])("%j is refused and nothing runs", async (contentType) => {
    const { status, error, text } = await post("auth.logout", { "content-type": contentType });
    expect([status, text]).toEqual([415, text]);
    expect(error?.data.reason).toBe("request_refused");
    expect(error?.data.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(text).not.toContain(contentType);
    await expectUntouched();
  });

  test("no content type is refused and nothing runs", async () => {
    const { status } = await post("auth.logout", {}, new Uint8Array([123, 125]));
    expect(status).toBe(415);
    await expectUntouched();
  });

  test.each([
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
  ])("%j is taken", async (contentType) => {
    const { status } = await post("auth.login", { "content-type": contentType }, "{}");
    expect(status).toBe(400);
  });
});

test("API-03 a form that a foreign page can send without asking runs nothing", async () => {
  const form = new FormData();
  form.set("x", "y");
  for (const body of [form, new URLSearchParams("x=y"), new Blob(["{}"])]) {
    const { status } = await post("auth.logout", {}, body);
    expect(status).toBe(415);
  }
  await expectUntouched();
});

describe("CO-01 origins", () => {
  const json = { "content-type": "application/json" };

  test.each([
    { origin: "https://evil.test" },
    { origin: "null" },
    { origin: "https://app.test.evil.test" },
    { origin: "http://app.test" },
    { origin: "https://APP.TEST" },
    { origin: "https://app.test:444" },
    { origin: "https://sub.app.test" },
    { origin: "https://app.test/" },
    { origin: "file://" },
    { origin: "https://api.test" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "unheard-of" },
    { "sec-fetch-site": "cross-site", origin: "http://api.test" },
  ])("CK-03 %j is refused and nothing runs", async (headers) => {
    const { status, error } = await post("auth.logout", { ...json, ...(headers as object) });
    expect(status).toBe(403);
    expect(error?.data.reason).toBe("request_refused");
    await expectUntouched();
    const query = await node.query("auth.me", { token, headers: { ...(headers as object) } });
    expect(query.status).toBe(403);
  });

  test.each([
    {},
    { origin: "http://api.test" },
    { origin: "http://api.test", "sec-fetch-site": "same-origin" },
    { origin: "https://app.test" },
    { origin: "https://app.test", "sec-fetch-site": "cross-site" },
    { origin: "https://app.test", "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "none" },
  ])("%j is taken", async (headers) => {
    const answer = await node.query("auth.me", { token, headers: { ...(headers as object) } });
    expect(answer.status).toBe(200);
  });
});

describe("batches", () => {
  const batch = async (paths: string, body: object, headers = {}): Promise<Response> =>
    node.fetch(
      new Request(`http://api.test/trpc/${paths}?batch=1`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${token}`,
          ...headers,
        },
        body: JSON.stringify(body),
      }),
    );

  test("API-01 eleven calls in one request run none of them", async () => {
    const count = (): number => node.events.filter((event) => event.kind === "login_failed").length;
    const before = count();
    const input = { email: "nobody@example.test", password: "some password or other" };
    const inputs = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [index, input]));
    const paths = Array.from({ length: 11 }, () => "auth.login").join();
    expect((await batch(paths, inputs)).status).toBe(400);
    expect(count()).toBe(before);
    const ten = Array.from({ length: 10 }, () => "auth.me").join();
    expect((await batch(ten, {})).status).toBe(405);
  });

  test.each(["register", "login", "refresh"])(
    "API-01 two calls of %s in one request run neither, and the calls beside them run",
    async (name) => {
      const before = node.events.length;
      const input = {
        email: "batch@example.test",
        password: "some password or other",
        name: "Ada",
      };
      const response = await batch(`auth.${name},auth.${name},auth.sessions.revoke`, {
        0: input,
        1: input,
        2: { sessionId: "00000000-0000-4000-8000-000000000000" },
      });
      const answers = (await response.json()) as { error: ErrorShape }[];
      expect(answers.map(({ error }) => [error.data.reason, error.data.httpStatus])).toEqual([
        ["request_refused", 400],
        ["request_refused", 400],
        ["session_not_found", 404],
      ]);
      expect(answers[0]?.error.message).toMatch(/alone/);
      const { requestId } = answers[0]?.error.data ?? {};
      expect(node.events.slice(before)).toEqual([
        { kind: "request_refused", requestId, why: `auth.${name} in a batch` },
        { kind: "request_refused", requestId, why: `auth.${name} in a batch` },
      ]);
    },
  );

  test("API-01 a batch of one call is taken as the one call that it is", async () => {
    const input = { email: "nobody@example.test", password: "some password or other" };
    const response = await batch("auth.login", { 0: input });
    const [answer] = (await response.json()) as { error: ErrorShape }[];
    expect(answer?.error.data.reason).toBe("invalid_credentials");
  });

  test("API-01 the context refuses eleven calls where the adapter was given no bound", async () => {
    const call = { path: "auth.me" } as never;
    const req = new Request("http://api.test/trpc/auth.me");
    const info = { calls: Array.from({ length: 11 }, () => call) };
    await expect(
      node.auth.createContext({ req, info, resHeaders: new Headers() }),
    ).rejects.toMatchObject({
      reason: "request_refused",
      code: "BAD_REQUEST",
    });
  });

  test("API-02 five thousand commas get a small answer", async () => {
    const response = await node.fetch(
      new Request(`http://api.test/trpc/${",".repeat(5000)}?batch=1`),
    );
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text.length).toBeLessThan(1000);
  });

  test("all errors of a refused batch show one request id", async () => {
    const response = await batch("auth.logout,auth.logout", {}, { origin: "https://evil.test" });
    const errors = (await response.json()) as { error: ErrorShape }[];
    expect(new Set(errors.map(({ error }) => error.data.requestId)).size).toBe(1);
  });

  test("the token is checked once for all calls of a batch", async () => {
    const before = node.events.length;
    const response = await node.fetch(
      new Request("http://api.test/trpc/auth.me,auth.me,whoAmI?batch=1", {
        headers: { authorization: "Bearer nonsense" },
      }),
    );
    expect(response.status).toBe(401);
    expect(node.events.slice(before).map((event) => event.kind)).toEqual(["token_invalid"]);
  });
});

describe("tRPC's own errors come in our shape and repeat nothing", () => {
  test.each([
    ["GET", "auth.logout", 405],
    ["PUT", "auth.logout", 405],
    ["DELETE", "auth.logout", 405],
    ["GET", "auth.canary", 404],
    ["GET", "__proto__.constructor", 404],
    ["GET", "canary%GG", 400],
  ])("V3.5.3 %s %s is %d", async (method, path, status) => {
    const response = await node.fetch(
      new Request(`http://api.test/trpc/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      }),
    );
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as { error: ErrorShape };
    expect(error.data.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(error.message).not.toContain("canary");
    await expectUntouched();
  });

  test.each(["{", "[", "canary", '{"a":', "\u0000", "[".repeat(400_000), "NaN"])(
    "API-13 a body that is not JSON is an invalid input",
    async (body) => {
      const { status, error, text } = await post(
        "auth.login",
        { "content-type": "application/json" },
        body,
      );
      expect(status).toBe(400);
      expect(error?.data.reason).toBe("input_invalid");
      expect(text).not.toContain("canary");
    },
  );
});

test("procedures without input refuse any", async () => {
  for (const path of ["auth.logout", "auth.logoutEverywhere"]) {
    for (const input of [{}, null, 0, "x", { sessionId: "x" }]) {
      const answer = await node.mutate(path, input, { token });
      expect(reasonOf(answer)).toBe("input_invalid");
    }
  }
  await expectUntouched();
});
