import type { IncomingMessage } from "node:http";
import { maxBatchSize } from "@portcullis/server";
import { describe, expect, it } from "vitest";
import { maxUrlCharacters } from "./http-limits.ts";
import { readQueryRequest, type QueryRequest } from "./query-request.ts";

/** Of a router that has besides the mutation `auth.logout` and the subscription `posts.onChange`. */
const queries: ReadonlySet<string> = new Set(["auth.me", "posts.byId", "posts.list"]);

interface Head {
  readonly url: string;
  readonly method?: string;
  readonly host?: string;
  /** Names and values in turns. */
  readonly headers?: readonly string[];
}

function read({ url, method = "GET", host = "api.test", headers = [] }: Head) {
  const incoming = { method, url, rawHeaders: ["Host", host, ...headers] };
  return readQueryRequest(incoming as unknown as IncomingMessage, queries);
}

const encoded = (input: unknown): string => encodeURIComponent(JSON.stringify(input));

const single = (name: string, ...inputs: readonly unknown[]): QueryRequest => ({
  isBatch: false,
  path: name,
  names: [name],
  inputs,
});

const batch = (names: readonly string[], inputs: readonly unknown[]): QueryRequest => ({
  isBatch: true,
  path: names.join(","),
  names,
  inputs,
});

const ten = Array<string>(maxBatchSize).fill("auth.me");

describe("it takes", () => {
  it.each<readonly [string, string, QueryRequest]>([
    ["one query", "/trpc/auth.me", single("auth.me")],
    ["a question mark alone", "/trpc/auth.me?", single("auth.me")],
    ["an empty input", "/trpc/auth.me?input=", single("auth.me")],
    [
      "an input",
      `/trpc/posts.list?input=${encoded({ limit: 1 })}`,
      single("posts.list", { limit: 1 }),
    ],
    ["an input of null", "/trpc/posts.list?input=null", single("posts.list", null)],
    ["an input that is a list", "/trpc/posts.list?input=%5B%5D", single("posts.list", [])],
    [
      "an input with a plus for a blank",
      "/trpc/posts.list?input=%22a+b%22",
      single("posts.list", "a b"),
    ],
    ["other parameters", "/trpc/auth.me?x=1&callback=alert", single("auth.me")],
    ["the first of two inputs", "/trpc/auth.me?input=1&input=2", single("auth.me", 1)],
    ["batch=0", "/trpc/auth.me?batch=0&input=1", single("auth.me", 1)],
    ["the first of two batches", "/trpc/auth.me?batch=0&batch=1", single("auth.me")],
    ["batch=true", "/trpc/auth.me?batch=true", single("auth.me")],
    ["a batch of one", "/trpc/auth.me?batch=1", batch(["auth.me"], [])],
    [
      "a batch without input",
      "/trpc/auth.me,posts.list?batch=1",
      batch(["auth.me", "posts.list"], []),
    ],
    [
      "a batch with input",
      `/trpc/auth.me,posts.list?batch=1&input=${encoded({ 1: { limit: 1 }, 2: "more", x: "y" })}`,
      batch(["auth.me", "posts.list"], [undefined, { limit: 1 }]),
    ],
    [
      "a batch with an input of null",
      `/trpc/auth.me,auth.me?batch=1&input=${encoded({ 0: null })}`,
      batch(["auth.me", "auth.me"], [null, undefined]),
    ],
    ["the longest batch", `/trpc/${ten.join(",")}?batch=1`, batch(ten, [])],
  ])("%s", (_what, url, request) => {
    expect(read({ url })).toEqual(request);
  });

  it.each([
    "localhost",
    "localhost:3000",
    "API.test",
    "api.test:80",
    "a-b.api.test:64999",
    "127.0.0.1",
    "127.0.0.1:60999",
    "255.255.255.255:1",
  ])("a Host of %s", (host) => {
    expect(read({ url: "/trpc/auth.me", host })).toEqual(single("auth.me"));
  });

  it.each([
    ["Content-Type", "application/json"],
    ["Accept", "*/*"],
    ["Accept", "application/json, text/plain"],
    ["Authorization", "Bearer x"],
    ["Cookie", "a=b"],
    ["Sec-Fetch-Site", "cross-site"],
    ["X-Forwarded-For", "192.0.2.1"],
    ["Connection", "close"],
  ])("a header %s: %s", (...headers) => {
    expect(read({ url: "/trpc/auth.me", headers })).toEqual(single("auth.me"));
  });
});

describe("it leaves", () => {
  it.each(["POST", "HEAD", "PUT", "OPTIONS", "get"])("a %s", (method) => {
    expect(read({ url: "/trpc/auth.me", method })).toBeUndefined();
  });

  it.each([
    ["Origin", "https://app.test"],
    ["origin", "http://api.test"],
    ["Content-Length", "0"],
    ["Content-Length", "2"],
    ["Transfer-Encoding", "chunked"],
    ["Expect", "100-continue"],
    ["trpc-accept", "application/jsonl"],
    ["TRPC-Accept", "application/json"],
    ["Accept", "application/jsonl"],
    ["Accept", "text/html, application/jsonl;q=1"],
    ["Content-Type", "application/json; charset=utf-8"],
    ["Content-Type", "Application/JSON"],
    ["Content-Type", "multipart/form-data; boundary=x"],
    ["Content-Type", "application/octet-stream"],
    ["Content-Type", "text/plain"],
    ["Content-Type", ""],
  ])("a header %s: %s", (...headers) => {
    expect(read({ url: "/trpc/auth.me", headers: ["X", "y", ...headers] })).toBeUndefined();
  });

  it.each([
    ["another path", "/healthz"],
    ["the path alone", "/trpc"],
    ["no name", "/trpc/"],
    ["another spelling of the path", "/TRPC/auth.me"],
    ["a mutation", "/trpc/auth.logout"],
    ["a subscription", "/trpc/posts.onChange"],
    ["a name that nothing has", "/trpc/auth.you"],
    ["a name that every object has", "/trpc/constructor"],
    ["a prototype", "/trpc/__proto__"],
    ["another case", "/trpc/auth.Me"],
    ["a slash behind the name", "/trpc/auth.me/"],
    ["a slash before it", "/trpc//auth.me"],
    ["another way to it", "/trpc/../trpc/auth.me"],
    ["a name with a percent sign", "/trpc/%61uth.me"],
    ["a comma with a percent sign", "/trpc/auth.me%2Cauth.me?batch=1"],
    ["two names that are no batch", "/trpc/auth.me,auth.me"],
    ["two names and batch=0", "/trpc/auth.me,auth.me?batch=0"],
    ["two names and batch=1 too late", "/trpc/auth.me,auth.me?batch=0&batch=1"],
    ["a batch with a mutation", "/trpc/auth.me,auth.logout?batch=1"],
    ["a batch with a subscription", "/trpc/auth.me,posts.onChange?batch=1"],
    ["a batch with no name", "/trpc/auth.me,?batch=1"],
    ["API-01 a batch that is too long", `/trpc/${[...ten, "auth.me"].join(",")}?batch=1`],
    ["API-02 five thousand commas", `/trpc/${",".repeat(5_000)}?batch=1`],
    ["an input that is no JSON", "/trpc/posts.list?input=%7B"],
    ["an input of one blank", "/trpc/posts.list?input=+"],
    ["a batch's input that is no JSON", "/trpc/auth.me?batch=1&input=x"],
    ["a batch's input that is a list", "/trpc/auth.me?batch=1&input=%5B1%5D"],
    ["a batch's input of null", "/trpc/auth.me?batch=1&input=null"],
    ["a batch's input that is a text", "/trpc/auth.me?batch=1&input=%22x%22"],
    ["a batch's input that is a number", "/trpc/auth.me?batch=1&input=0"],
    ["connection parameters", "/trpc/auth.me?connectionParams=%7B%7D"],
    ["connection parameters that are empty", "/trpc/auth.me?connectionParams"],
    ["V4.2.1 a fragment before an input", "/trpc/posts.list?x#&input=1"],
    ["V4.2.1 a fragment behind batch=1", "/trpc/auth.me?batch=1#"],
    ["V4.2.1 a fragment behind the name", "/trpc/auth.me#x"],
    ["a backslash", "/trpc/auth.me?x=\\"],
    ["an input that nobody has encoded", '/trpc/posts.list?input={"limit":1}'],
    ["a letter that is not ASCII", "/trpc/auth.me?x=\u00e9"],
    ["an apostrophe, which is three characters in a URL", "/trpc/auth.me?x='"],
  ])("%s", (_what, url) => {
    expect(read({ url })).toBeUndefined();
  });

  it.each([
    "",
    "a@b",
    "a b",
    "[::1]",
    "[::1]:3000",
    "a/b",
    "a?b",
    "a#b",
    "a\\b",
    "a%62",
    "a,b",
    "a..b",
    ".a",
    "a.",
    ":80",
    "a:",
    "a:b",
    "a:80:80",
    "a:65536",
    "a:99999",
    "a:123456",
    "b\u00fccher.test",
    "256.1.1.1",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "127.1",
    "1",
    "api.1",
    "api.0x1",
    "0x7f.1",
  ])("V4.2.1 a Host of %j", (host) => {
    expect(read({ url: "/trpc/auth.me", host })).toBeUndefined();
  });

  it("API-02 a URL above the bound, which counts the origin too", () => {
    const origin = "http://api.test";
    const longest = "/trpc/auth.me?x=".padEnd(maxUrlCharacters - origin.length, "x");
    expect(read({ url: longest })).toEqual(single("auth.me"));
    expect(read({ url: `${longest}x` })).toBeUndefined();
    expect(read({ url: longest, host: "api2.test" })).toBeUndefined();
  });
});

it("a Host that it takes is one that a URL has as it stands", () => {
  const parts = ["a", "0", "1", "9", "256", "x", "xn--", "-", ".", ":", "80", "test", "A", "_"];
  const hosts = parts.flatMap((a) =>
    parts.flatMap((b) => parts.flatMap((c) => parts.map((d) => `${a}${b}${c}${d}`))),
  );
  const taken = hosts.filter((host) => read({ url: "/trpc/auth.me", host }) !== undefined);
  expect(taken.length).toBeGreaterThan(100);
  const changed = taken.filter((host) => {
    const [name = ""] = host.split(":");
    return (
      !URL.canParse(`http://${host}`) || new URL(`http://${host}`).hostname !== name.toLowerCase()
    );
  });
  expect(changed).toEqual([]);
});
