import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { headersOfNode, headOfNode } from "./node-request.ts";

const headOf = (request: object) =>
  headOfNode({ url: "/trpc/auth.me", socket: {}, ...request } as unknown as IncomingMessage);

const headersOf = (...rawHeaders: readonly string[]) => headOf({ rawHeaders }).headers;

describe("headers of a request of Node", () => {
  test("V4.2.1 one that was sent twice is both, with a comma between them", () => {
    const headers = headersOf(
      "Authorization",
      "a",
      "X",
      "y",
      "authorization",
      "b",
      "AUTHORIZATION",
      "c",
    );
    expect(headers.get("authorization")).toBe("a, b, c");
  });

  test.each(["Cookie", "cookie", "COOKIE", "cOOkIE"])(
    "are found by any case of a name: %s",
    (name) => {
      expect(headersOf("Host", "api.test", name, "a=b").get("cookie")).toBe("a=b");
    },
  );

  test("are null where there are none", () => {
    expect(headersOf("Host", "api.test").get("cookie")).toBeNull();
    expect(headersOf().get("host")).toBeNull();
  });

  test("are no properties that every object has", () => {
    expect(headersOf("Host", "api.test").get("constructor")).toBeNull();
  });

  test("may be empty", () => {
    expect(headersOf("Origin", "").get("origin")).toBe("");
    expect(headersOf("Origin", "", "Origin", "").get("origin")).toBe(", ");
  });

  test("are not mistaken for a value, or for a longer name", () => {
    const headers = headersOf("X", "origin", "Origin-Of", "x", "X-Origin", "y");
    expect(headers.get("origin")).toBeNull();
  });
});

describe("the URL of a request of Node", () => {
  test.each([
    ["a socket", { rawHeaders: ["Host", "api.test:80"] }, "http://api.test:80/trpc/auth.me"],
    [
      "a socket with TLS",
      { rawHeaders: ["Host", "api.test"], socket: { encrypted: true } },
      "https://api.test/trpc/auth.me",
    ],
    [
      "HTTP/2",
      { rawHeaders: [":method", "GET", ":authority", "api.test"], socket: { encrypted: true } },
      "https://api.test/trpc/auth.me",
    ],
  ])("of %s", (_what, request, url) => {
    expect(headOf(request).url).toBe(url);
  });
});

test("a request of Node has its method", () => {
  expect(headOf({ rawHeaders: [], method: "POST" }).method).toBe("POST");
});

describe("headers of an answer of Node", () => {
  function answer(headersSent: boolean) {
    const told: unknown[] = [];
    const outgoing = {
      headersSent,
      appendHeader: (...header: unknown[]) => told.push(["append", ...header]),
      setHeader: (...header: unknown[]) => told.push(["set", ...header]),
    };
    return { headers: headersOfNode(outgoing as unknown as ServerResponse), told };
  }

  test("are set", () => {
    const { headers, told } = answer(false);
    headers.append("set-cookie", "a=b");
    headers.set("retry-after", "1");
    expect(told).toEqual([
      ["append", "set-cookie", "a=b"],
      ["set", "retry-after", "1"],
    ]);
  });

  test("are left alone once they are gone", () => {
    const { headers, told } = answer(true);
    headers.append("set-cookie", "a=b");
    headers.set("retry-after", "1");
    expect(told).toEqual([]);
  });
});
