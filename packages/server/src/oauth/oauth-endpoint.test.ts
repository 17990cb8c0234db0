import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { basic, createOauthService, sendOauth } from "../../test/oauth-service.ts";
import type { OauthPath, OauthService } from "../../test/oauth-service.ts";
import { startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";
import { makeOpaqueToken } from "../tokens/opaque-token.ts";
import { writeCredentials } from "./client-credentials.ts";

let world: TestWorld;
let node: TestNode;
let service: OauthService;
let authorization: string;
let accessToken: string;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
  service = await createOauthService(node);
  authorization = basic(service.clientId, service.clientSecret);
  ({ accessToken } = await node.signUp("bearer@example.test"));
});
afterAll(() => world[Symbol.asyncDispose]());

const paths: readonly OauthPath[] = ["introspect", "revoke"];
const form = (): URLSearchParams => new URLSearchParams({ token: accessToken });

describe.each(paths)("%s", (path) => {
  test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])(
    "7662-2.1 %s is not taken",
    async (method) => {
      const query = method === "GET" ? `?token=${accessToken}` : "";
      const answer = await sendOauth(node, path, { method, headers: { authorization }, query });
      expect(answer.status).toBe(405);
      expect(answer.headers["allow"]).toBe("POST");
      expect(answer.text).not.toContain("active");
    },
  );

  test("V14.2.1 7662-2.1 a token in the URL is refused, though the body has it too", async () => {
    for (const query of [`?token=${accessToken}`, "?x=1"]) {
      const init = { headers: { authorization }, body: form(), query };
      const answer = await sendOauth(node, path, init);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({ error: "invalid_request" });
      expect(answer.text).not.toContain(accessToken);
    }
  });

  describe("7662-2.1 who does not authenticate as a client is told so, and nothing else", () => {
    const unknown = writeCredentials(makeOpaqueToken());
    test.each<[string, () => Record<string, string>]>([
      ["nobody", () => ({})],
      ["a user", () => ({ authorization: `Bearer ${accessToken}` })],
      ["garbage", () => ({ authorization: "Basic %%" })],
      [
        "an unknown client",
        () => ({ authorization: basic(unknown.clientId, unknown.clientSecret) }),
      ],
      ["a wrong secret", () => ({ authorization: basic(service.clientId, unknown.clientSecret) })],
      ["two headers", () => ({ authorization: `${authorization}, ${authorization}` })],
      ["a cookie", () => ({ cookie: `authorization=${authorization}` })],
    ])("%s", async (_, headers) => {
      const answer = await sendOauth(node, path, { headers: headers(), body: form() });
      expect(answer).toEqual({
        status: 401,
        headers: {
          "cache-control": "no-store",
          "content-type": "application/json",
          "www-authenticate": 'Basic realm="portcullis"',
        },
        text: '{"error":"invalid_client"}',
      });
    });

    test("credentials in the body", async () => {
      const { clientId, clientSecret } = service;
      const body = form();
      body.set("client_id", clientId);
      body.set("client_secret", clientSecret);
      expect((await sendOauth(node, path, { body })).status).toBe(401);
      const both = await sendOauth(node, path, { headers: { authorization }, body });
      expect(both.status).toBe(400);
    });
  });

  test.each([
    ["a body of JSON", 415, { "content-type": "application/json" }, "{}"],
    ["a packed body", 415, { "content-encoding": "gzip" }, "token=x"],
    ["a body of text", 415, { "content-type": "text/plain" }, "token=x"],
    ["a body above 8192 bytes", 413, {}, `token=${"x".repeat(8192)}`],
    ["no body", 400, {}, ""],
    ["two tokens", 400, {}, "token=x&token=y"],
  ])("%s is refused with %i", async (_, status, headers, body) => {
    const answer = await sendOauth(node, path, {
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        authorization,
        ...headers,
      },
      body,
    });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ error: "invalid_request" });
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  test("a browser is refused, and not asked for credentials", async () => {
    const browsers: Record<string, string>[] = [
      { origin: "https://evil.test" },
      { origin: "http://auth.test" },
      { origin: "null" },
      { "sec-fetch-site": "same-origin" },
    ];
    for (const browser of browsers) {
      for (const headers of [browser, { ...browser, authorization }]) {
        const answer = await sendOauth(node, path, { headers, body: form() });
        expect(answer.status).toBe(403);
        expect(answer.headers).not.toHaveProperty("www-authenticate");
        expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
      }
    }
  });

  test("V14.2.1 what is reported of refused requests names no secret", async () => {
    await sendOauth(node, path, { headers: { authorization }, body: "token=x", query: "?token=y" });
    const told = JSON.stringify(node.events);
    expect(told).toContain(`oauth.${path} url_parameters`);
    for (const secret of [accessToken, service.clientSecret, authorization]) {
      expect(told).not.toContain(secret);
    }
  });
});

test("none of all this ended the session", async () => {
  expect((await node.me(accessToken)).status).toBe(200);
});

test("7009-5 7662-4 an address that asks too much waits, before any work; others do not", async () => {
  await using strict = await startWorld({ auth: { limits: { scale: 1 } } });
  const [limited] = strict.nodes;
  const known = await createOauthService(limited);
  const guess = { headers: { authorization: "Basic guess" }, body: "token=x" };
  const address = "198.51.100.7";
  const statuses = new Set<number>();
  for (let call = 0; call < 6000; call += 1) {
    const path = call % 2 === 0 ? "introspect" : "revoke";
    statuses.add((await sendOauth(limited, path, { ...guess, address })).status);
  }
  expect(statuses).toEqual(new Set([401]));
  const refused = await sendOauth(limited, "introspect", { ...guess, address });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
  expect(limited.events).toContainEqual(expect.objectContaining({ kind: "rate_limited" }));
  expect((await known.introspect("garbage")).status).toBe(200);
});
