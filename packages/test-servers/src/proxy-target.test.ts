import { expect, test } from "vitest";

import { addressOf, urlThroughProxy } from "./proxy-target.ts";

test.each([
  [{ port: 7000 }, { host: "127.0.0.1", port: 7000 }],
  [{ url: "redis://127.0.0.1:7000" }, { host: "127.0.0.1", port: 7000 }],
  [{ url: "redis://cache.test/2" }, { host: "cache.test", port: 6379 }],
  [{ url: "postgres://user:secret@db.test/posts" }, { host: "db.test", port: 5432 }],
  [{ url: "postgresql://[::1]/posts" }, { host: "::1", port: 5432 }],
])("%j is at %j", (target, address) => {
  expect(addressOf(target)).toEqual(address);
});

test("a server with a URL and a port is met at its URL", () => {
  const server = { url: "redis://cache.test:7000", port: 7000 };

  expect(addressOf(server)).toEqual({ host: "cache.test", port: 7000 });
});

test.each([{ port: 0 }, { port: 65_536 }, { port: 1.5 }, { url: "" }, { url: "http://web.test" }])(
  "%j is refused",
  (target) => {
    expect(() => addressOf(target)).toThrow(expect.objectContaining({ code: "INVALID_TARGET" }));
  },
);

test("a URL through the proxy keeps user, password, database and parameters", () => {
  const url = "postgres://user:s%40fe@db.test:7000/posts?application_name=a";

  expect(urlThroughProxy({ url }, 7001)).toBe(
    "postgres://user:s%40fe@127.0.0.1:7001/posts?application_name=a",
  );
  expect(urlThroughProxy({ port: 7000 }, 7001)).toBe("tcp://127.0.0.1:7001");
});
