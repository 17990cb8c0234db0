import { connect } from "node:net";
import { Client } from "pg";
import { startPostgres } from "@portcullis/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  outcomeOf,
  serversAt,
  signedInClient,
  startTestServers,
  type TestServers,
  type TestService,
} from "../test-service.ts";

const allowedOrigin = "https://app.test";
let servers: TestServers;
let service: TestService;

beforeAll(async () => {
  servers = await startTestServers();
  // The lease that operators have: a short one may run out on a busy machine, and `/readyz` says so.
  const config = { allowedOrigins: [allowedOrigin], leaseMs: 5000 };
  service = await servers.startNode({ config });
});
afterAll(async () => {
  await service?.stop();
  await servers?.[Symbol.asyncDispose]();
});

function send(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`${service.url}${path}`, init);
}

function post(path: string, body: string, headers: Record<string, string> = {}) {
  return send(path, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

interface ErrorAnswer {
  readonly error: {
    readonly message: string;
    readonly data: { readonly reason: string; readonly requestId: string };
  };
}

async function errorOf(response: Response): Promise<ErrorAnswer["error"]> {
  return ((await response.json()) as ErrorAnswer).error;
}

/** Sends bytes that no HTTP client would. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(new URL(service.url).port), "127.0.0.1", () => socket.end(text));
    socket.on("data", (chunk) => (answer += String(chunk)));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

describe("pages", () => {
  it("says at / what this is", async () => {
    const response = await send("/");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=UTF-8");
    expect(await response.text()).toContain("This is a Portcullis service");
  });

  it("gives out the public keys, to be kept for a while", async () => {
    const response = await send("/.well-known/jwks.json");
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", use: "sig" });
    expect(keys[0]).not.toHaveProperty("d");
  });

  it("is alive, and ready", async () => {
    expect(await (await send("/healthz")).json()).toEqual({ status: "alive" });
    const response = await send("/readyz");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ready",
      postgres: "answers",
      cache: "in_use",
    });
  });

  it.each(["/trpc", "/favicon.ico", "/.well-known/", "/healthz/x", "/TRPC/auth.me", "//"])(
    "has nothing at %s",
    async (path) => {
      const response = await send(path);
      expect(response.status).toBe(404);
      expect((await errorOf(response)).data.reason).toBe("request_refused");
    },
  );
});

const everySecurityHeader = {
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=31536000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Reads an answer as it came over the wire. */
function readRaw(answer: string) {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = new Headers(lines.map((line) => line.split(": ", 2) as [string, string]));
  return { status: Number(statusLine.split(" ")[1]), headers: Object.fromEntries(headers), body };
}

describe("requests that are refused before the application sees them", () => {
  const host = "Host: x\r\n";
  it.each([
    ["V4.2.1 an absolute target", `GET http://evil.test/find-me HTTP/1.1\r\n${host}`, 400],
    ["V4.2.1 a target of another scheme", `GET file:///find-me HTTP/1.1\r\n${host}`, 400],
    ["V4.2.1 an authority as target", `GET find-me:80 HTTP/1.1\r\n${host}`, 400],
    ["V4.2.1 a tunnel", `CONNECT find-me:80 HTTP/1.1\r\n${host}`, 400],
    ["V4.2.1 OPTIONS *", `OPTIONS * HTTP/1.1\r\n${host}`, 400],
    ["V4.2.1 no Host", "GET /find-me HTTP/1.1\r\n", 400],
    ["V4.2.1 two Hosts", `GET /find-me HTTP/1.1\r\n${host}Host: evil.test\r\n`, 400],
    ["V4.2.1 the same Host twice", `GET /find-me HTTP/1.1\r\n${host}host: x\r\n`, 400],
    ["V4.2.1 an empty Host", "GET /find-me HTTP/1.1\r\nHost: \r\n", 400],
    ["V4.2.1 a Host that is none", "GET /find-me HTTP/1.1\r\nHost: a b@c\r\n", 400],
    ["V4.2.1 a Host that is no address", "GET /trpc/find-me HTTP/1.1\r\nHost: 256.1.1.1\r\n", 400],
    ["V4.2.1 a backslash in the path", `GET /find-me\\x HTTP/1.1\r\n${host}`, 400],
    ["API-17 no HTTP at all", "HELLO find-me\r\n", 400],
    ["API-17 20 KB of headers", `GET / HTTP/1.1\r\n${host}X: ${"x".repeat(20_000)}\r\n`, 431],
    ["API-17 an expectation", `GET /find-me HTTP/1.1\r\n${host}Expect: find-me\r\n`, 417],
  ])("%s", async (_attack, head, status) => {
    const answer = readRaw(await sendRaw(`${head}\r\n`));
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ ...everySecurityHeader, "cache-control": "no-store" });
    const { error } = JSON.parse(answer.body) as ErrorAnswer;
    expect(error.data).toMatchObject({ httpStatus: status, reason: "request_refused" });
    const line = service.logged().find(({ requestId }) => requestId === error.data.requestId);
    expect(line).toMatchObject({ level: "info", msg: "request", status });
    expect(JSON.stringify(service.logged())).not.toContain("find-me");
    expect(answer.body).not.toContain("find-me");
  });

  it("API-17 a body whose chunks are not chunks", async () => {
    const head = `POST /trpc/auth.login HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const answer = readRaw(await sendRaw(`${head}zz\r\n\r\n`));
    expect(answer.status).toBe(400);
    expect(answer.headers).toMatchObject(everySecurityHeader);
  });
});

describe("V3.4.1 security headers", () => {
  it.each([
    ["a page", "GET", "/", 200],
    ["a call", "GET", "/trpc/posts.list?input=%7B%7D", 200],
    ["a refused call", "GET", "/trpc/auth.me", 401],
    ["nothing", "GET", "/nothing", 404],
    ["a wrong method", "PUT", "/trpc/auth.me", 405],
    ["a preflight", "OPTIONS", "/trpc/auth.me", 204],
    ["a long URL", "GET", `/${"x".repeat(9_000)}`, 414],
  ])("stand on the answer to %s", async (_what, method, path, status) => {
    const response = await send(path, { method });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...everySecurityHeader,
      vary: expect.stringContaining("Origin"),
    });
  });

  it("keep answers of calls out of every store", async () => {
    for (const path of ["/trpc/posts.list?input=%7B%7D", "/trpc/auth.me", "/trpc/no.such"]) {
      expect((await send(path)).headers.get("cache-control")).toBe("no-store");
    }
    const refusals = [
      await send(`/trpc/${"x".repeat(9_000)}`),
      await post("/trpc/auth.login", "x".repeat(17_000)),
      await send("/trpc/auth.me", { method: "PUT" }),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([414, 413, 405]);
    for (const { headers } of refusals) expect(headers.get("cache-control")).toBe("no-store");
  });
});

describe("limits", () => {
  const credentials = JSON.stringify({ email: "a@example.com", password: "x" });

  it("API-08 refuses a body above 16 KiB, and takes one just below", async () => {
    const filling = 16 * 1024 - credentials.length;
    expect((await post("/trpc/auth.login", credentials + " ".repeat(filling))).status).toBe(401);
    const response = await post("/trpc/auth.login", `${credentials}${" ".repeat(filling)} `);
    expect(response.status).toBe(413);
    expect((await errorOf(response)).data.reason).toBe("request_refused");
  });

  it("API-08 refuses 20 MB that do not say how long they are", async () => {
    const chunk = new Uint8Array(64 * 1024).fill(32);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += chunk.length;
        if (sent > 20_000_000) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const refused = await send("/trpc/auth.login", {
      method: "POST",
      body,
      duplex: "half",
      headers: { "content-type": "application/json" },
    }).then(
      (response) => response.status,
      () => "cut",
    );
    expect([413, "cut"]).toContain(refused);
    expect(sent).toBeLessThan(20_000_000);
    expect((await send("/healthz")).status).toBe(200);
  });

  it("API-02 refuses a URL above 8 KiB", async () => {
    const response = await send(`/trpc/${",".repeat(9_000)}`);
    expect(response.status).toBe(414);
    expect((await response.text()).length).toBeLessThan(500);
  });

  it("API-01 refuses a batch of eleven and takes one of ten", async () => {
    const batch = (size: number) =>
      send(`/trpc/${Array(size).fill("auth.me").join(",")}?batch=1&input=%7B%7D`);
    expect((await batch(10)).status).toBe(401);
    const response = await batch(11);
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeLessThan(1_000);
  });

  it.each(["auth.login", "auth.refresh", "auth.register"])(
    "API-01 runs %s alone, never in a batch",
    async (path) => {
      const response = await post(`/trpc/${path},${path}?batch=1`, '{"0":{},"1":{}}');
      const [first] = (await response.json()) as ErrorAnswer[];
      expect(first?.error.data.reason).toBe("request_refused");
    },
  );

  it("API-17 closes a connection whose request is not HTTP", async () => {
    expect(await sendRaw("HELLO\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(
      await sendRaw(
        "POST /trpc/auth.login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      ),
    ).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("V4.1.4 methods", () => {
  it.each(["HEAD", "PUT", "DELETE", "PATCH", "TRACE"])(
    "runs nothing for %s on a procedure",
    async (method) => {
      const path = "/trpc/auth.login";
      const answer =
        method === "TRACE"
          ? await sendRaw(`TRACE ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
          : String((await send(path, { method })).status);
      expect(answer).toMatch(/^(?:HTTP\/1\.1 )?405/);
    },
  );

  it("V3.5.3 runs no mutation by GET, whatever the method is said to be", async () => {
    const input = encodeURIComponent(JSON.stringify({ email: "a@example.com", password: "x" }));
    const response = await send(`/trpc/auth.login?input=${input}&_method=POST`, {
      headers: { "x-http-method-override": "POST" },
    });
    expect(response.status).toBe(405);
  });
});

describe("API-05 content types", () => {
  const body = JSON.stringify({ email: "a@example.com", password: "x" });

  it.each([
    ["application/json", 401],
    ["application/json; charset=utf-8", 401],
    ["text/plain", 415],
    ["text/plain; application/json", 415],
    ["application/x-www-form-urlencoded", 415],
    ["application/jsonp", 415],
    ["multipart/form-data; boundary=x", 415],
  ])("answers %s with %i", async (type, status) => {
    expect((await post("/trpc/auth.login", body, { "content-type": type })).status).toBe(status);
  });

  it("API-03 runs no mutation without input for a form", async () => {
    const { accessToken, api } = await signedInClient(service);
    const form = new FormData();
    form.set("a", "b");
    const response = await send("/trpc/auth.logoutEverywhere", {
      method: "POST",
      body: form,
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(response.status).toBe(415);
    expect(await api.auth.me.query()).toBeDefined();
  });
});

describe("V3.4.2 origins", () => {
  it("lets pages of an allowed origin call", async () => {
    const response = await send("/trpc/posts.list?input=%7B%7D", {
      headers: { origin: allowedOrigin },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe(allowedOrigin);
    // For the refresh cookie, which pages of the same site may send.
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");

    const preflight = await send("/trpc/auth.login", {
      method: "OPTIONS",
      headers: {
        origin: allowedOrigin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(allowedOrigin);
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET,POST");
    expect(preflight.headers.get("access-control-allow-headers")).toBe(
      "Authorization,Content-Type,Last-Event-ID,trpc-accept",
    );
  });

  it.each([
    "https://evil.test",
    "null",
    "https://app.test.evil.test",
    "http://app.test",
    "https://APP.TEST",
    "https://app.test:444",
    "https://sub.app.test",
    "https://app.test/",
    "https://xapp.test",
    "file://",
  ])("CO-01 gives pages of %s neither leave nor a call", async (origin) => {
    const preflight = await send("/trpc/auth.login", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    const response = await post("/trpc/auth.login", "{}", { origin });
    expect(response.status).toBe(403);
    for (const { headers } of [preflight, response]) {
      expect(headers.has("access-control-allow-origin")).toBe(false);
      expect(headers.get("vary")).toContain("Origin");
    }
  });
});

describe("faults", () => {
  it("API-06 masks an unexpected error, and names the request as the log does", async () => {
    await using own = await startTestServers();
    await using node = await own.startNode();
    const client = new Client(own.database.url);
    await client.connect();
    await client.query("drop table post");
    await client.end();

    const response = await fetch(`${node.url}/trpc/posts.list?input=%7B%7D`);
    expect(response.status).toBe(500);
    const text = await response.text();
    const { message, data } = (JSON.parse(text) as ErrorAnswer).error;
    expect(message).toBe("Internal error");
    expect(data.reason).toBe("internal");
    expect(text).not.toMatch(/relation|post" does|stack|node_modules/);
    const failure = node.logged().find((line) => line["msg"] === "call_failed");
    expect(failure).toMatchObject({
      requestId: data.requestId,
      error: { message: 'relation "post" does not exist' },
    });
    const request = node
      .logged()
      .find((line) => line["requestId"] === data.requestId && line["msg"] === "request");
    expect(request).toMatchObject({ path: "/trpc/posts.list", status: 500 });
  });

  it("V16.5.2 says unavailable, not internal, while the Postgres of the application is away", async () => {
    await using own = await startTestServers();
    await using postgres = await startPostgres();
    await using node = await own.startNode({
      config: { storage: serversAt(postgres.url, own.redis.url) },
    });
    const { api, accessToken } = await signedInClient(node);
    await api.auth.me.query();
    await postgres.stop();
    expect(await outcomeOf(api.posts.list.query({}))).toBe("unavailable");
    const created = await fetch(`${node.url}/trpc/posts.create`, {
      method: "POST",
      body: JSON.stringify({ title: "Title", body: "Body" }),
      headers: { "content-type": "application/json", authorization: `Bearer ${accessToken}` },
    });
    expect(created.status).toBe(503);
    expect((await errorOf(created)).data.reason).toBe("unavailable");
  });

  it("DB-05 says that a post may have been created when the connection ends under it", async () => {
    await using own = await startTestServers();
    await using node = await own.startNode();
    const { api } = await signedInClient(node);
    const client = new Client(own.database.url);
    await client.connect();
    const watcher = new Client(own.database.url);
    await watcher.connect();
    await client.query("begin; lock table post in access exclusive mode");
    const outcomes = Promise.all([
      outcomeOf(api.posts.create.mutate({ title: "Title", body: "Body" })),
      outcomeOf(api.posts.list.query({})),
    ]);
    const waiting =
      "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await expect
      .poll(async () => (await watcher.query(`select 1 ${waiting}`)).rowCount, { interval: 10 })
      .toBe(2);
    await watcher.query(`select pg_terminate_backend(pid) ${waiting}`);
    expect(await outcomes).toEqual(["outcome_unknown", "unavailable"]);
    await Promise.all([client.end(), watcher.end()]);
  });

  it("V16.5.2 says unavailable when a failover has left it with a Postgres that only reads", async () => {
    await using own = await startTestServers();
    await using node = await own.startNode();
    const { api } = await signedInClient(node);
    const client = new Client(own.database.url);
    await client.connect();
    const { rows } = await client.query<{ name: string }>("select current_database() as name");
    await client.query(`alter database "${rows[0]?.name}" set default_transaction_read_only = on`);
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await expect
      .poll(() => outcomeOf(api.posts.create.mutate({ title: "Title", body: "Body" })))
      .toBe("unavailable");
    const failures = node.logged().filter(({ msg }) => msg === "call_failed");
    expect(failures.at(-1)).toMatchObject({ error: { code: "25006" } });
    await client.end();
  });

  it("V16.3.4 takes a client that leaves while it sends for no fault of the service", async () => {
    const before = service.logged().length;
    const since = () => service.logged().slice(before);
    const socket = connect(Number(new URL(service.url).port), "127.0.0.1");
    const taken = new Promise((resolve) => socket.once("data", resolve));
    socket.write(
      "POST /trpc/auth.login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    );
    await taken;
    socket.destroy();
    await expect
      .poll(() => since().filter(({ msg }) => msg === "request"))
      .toMatchObject([{ status: 400 }]);
    expect(since().filter(({ level }) => level === "error")).toEqual([]);
    expect(since()).toContainEqual(
      expect.objectContaining({ level: "debug", msg: "The client left before its body was read" }),
    );
  });

  it("is not ready while Postgres is away, and alive all the same", async () => {
    await using own = await startTestServers();
    await using postgres = await startPostgres();
    await using node = await own.startNode({
      config: {
        storage: serversAt(postgres.url, own.redis.url),
      },
    });
    expect((await fetch(`${node.url}/readyz`)).status).toBe(200);
    await postgres.stop();
    const response = await fetch(`${node.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: "not_ready",
      postgres: "does_not_answer",
    });
    expect((await fetch(`${node.url}/healthz`)).status).toBe(200);
  });

  it("is ready without Redis, and says that the cache is not in use", async () => {
    await using own = await startTestServers();
    await own.redis.kill();
    await using node = await own.startNode();
    const response = await fetch(`${node.url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: "ready", cache: "not_in_use" });
  });
});

describe("the log", () => {
  it("has a line for each request, without query strings, tokens or passwords", async () => {
    const { accessToken, credentials } = await signedInClient(service);
    await send("/trpc/auth.me?input=%22find-me%22", {
      headers: { authorization: `Bearer ${accessToken}`, cookie: "session=find-me" },
    });
    const text = JSON.stringify(service.logged());
    expect(text).toContain('"path":"/trpc/auth.login"');
    expect(text).not.toContain("find-me");
    expect(text).not.toContain(accessToken);
    expect(text).not.toContain(credentials.password);
    expect(text).not.toContain(credentials.email);
  });
});
