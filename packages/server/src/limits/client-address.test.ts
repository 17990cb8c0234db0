import fc from "fast-check";
import { expect, test } from "vitest";
import { clientAddress } from "./client-address.ts";
import { limitAddress, parseIpAddress } from "./ip-address.ts";
import { isTrusted, parseTrustedProxies } from "./trusted-proxies.ts";

const proxies = parseTrustedProxies(["10.0.0.0/8", "192.0.2.7", "2001:db8:ff::/48"]);
const proxy = "10.1.2.3";

const addressOf = (forwardedFor: string, peer: string | null = proxy): string | null =>
  clientAddress(peer, new Headers({ "x-forwarded-for": forwardedFor }), proxies);

test("V4.1.3 a peer that is no trusted proxy is the client, whatever it says", () => {
  const headers = new Headers({
    "x-forwarded-for": "1.1.1.1",
    forwarded: "for=1.1.1.1",
    "x-real-ip": "1.1.1.1",
    "cf-connecting-ip": "1.1.1.1",
    "true-client-ip": "1.1.1.1",
    "x-client-ip": "1.1.1.1",
    host: "1.1.1.1",
  });
  expect(clientAddress("203.0.113.9", headers, proxies)).toBe("203.0.113.9");
  expect(clientAddress("203.0.113.9", headers, [])).toBe("203.0.113.9");
  expect(clientAddress(null, headers, proxies)).toBeNull();
});

test("API-19 behind a trusted proxy only X-Forwarded-For is read", () => {
  const headers = new Headers({
    forwarded: "for=1.1.1.1",
    "x-real-ip": "1.1.1.1",
    "cf-connecting-ip": "1.1.1.1",
    host: "1.1.1.1",
  });
  expect(clientAddress(proxy, headers, proxies)).toBe(proxy);
});

test.each([
  ["what the proxy wrote", "203.0.113.9", "203.0.113.9"],
  ["not what the client wrote before it", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
  ["through a chain of proxies", "1.1.1.1, 203.0.113.9, 192.0.2.7, 10.9.9.9", "203.0.113.9"],
  ["the farthest proxy where all are", "10.0.0.1, 10.0.0.2", "10.0.0.1"],
  ["IPv6 in one spelling", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["IPv4 in IPv6 as IPv4", "::ffff:203.0.113.9", "203.0.113.9"],
  ["the same in hexadecimal", "::ffff:cb00:7109", "203.0.113.9"],
  ["without the port of IPv4", "203.0.113.9:4711", "203.0.113.9"],
  ["without the port of IPv6", "[2001:db8::1]:4711", "2001:db8::1"],
  ["beyond an IPv6 proxy", "203.0.113.9, 2001:db8:ff::1", "203.0.113.9"],
  ["beyond a proxy in mapped form", "203.0.113.9, ::ffff:10.4.4.4", "203.0.113.9"],
])("%s", (_, forwardedFor, expected) => {
  expect(addressOf(forwardedFor)).toBe(expected);
});

test.each([
  "",
  ",",
  "unknown",
  "_hidden",
  "localhost",
  "010.0.0.1",
  "0x7f.0.0.1",
  "127.1",
  "2130706433",
  "1.2.3.4.5",
  "1.2.3.256",
  "fe80::1%eth0",
  "::1::",
  "[::1",
  "1.2.3.4:999999",
  "1.2.3.4 5",
  "for=1.1.1.1",
  "1.1.1.1;",
])("what is no address ends the walk at the proxy before it: %s", (entry) => {
  expect(addressOf(`1.1.1.1, ${entry}`)).toBe(proxy);
  expect(addressOf(`1.1.1.1, ${entry}, 10.7.7.7`)).toBe("10.7.7.7");
});

test("several header lines are one list", () => {
  const headers = new Headers();
  headers.append("x-forwarded-for", "1.1.1.1");
  headers.append("x-forwarded-for", "203.0.113.9");
  expect(clientAddress(proxy, headers, proxies)).toBe("203.0.113.9");
});

test("a header of any length keeps its right end, and 32 hops are looked at", () => {
  expect(addressOf(`${"1.1.1.1, ".repeat(100_000)}203.0.113.9`)).toBe("203.0.113.9");
  const hops = Array<string>(31).fill("10.0.0.1").join(",");
  expect(addressOf(`203.0.113.9,${hops}`)).toBe("203.0.113.9");
  expect(addressOf(`203.0.113.9,10.0.0.1,${hops}`)).toBe("10.0.0.1");
});

test("an entry that the bound cuts is not taken for another address", () => {
  const blanks = " ".repeat(2050 - "203.0.113.94,10.0.0.1".length);
  expect(addressOf(`203.0.113.94${blanks},10.0.0.1`)).toBe("10.0.0.1");
  expect(addressOf(`203.0.113.94${blanks.slice(2)},10.0.0.1`)).toBe("203.0.113.94");
});

test("a socket's address is read with its zone and in mapped form", () => {
  expect(clientAddress("fe80::1%eth0", new Headers(), [])).toBe("fe80::1");
  expect(clientAddress("::ffff:203.0.113.9", new Headers(), [])).toBe("203.0.113.9");
  expect(addressOf("203.0.113.9", "::ffff:10.1.2.3")).toBe("203.0.113.9");
  expect(clientAddress("not an address", new Headers(), [])).toBeNull();
});

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const headerText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((c) => String.fromCharCode(c)) }),
  fc
    .array(fc.oneof(address, fc.constantFrom("10.0.0.1", "192.0.2.7", "x")), { maxLength: 40 })
    .map((entries) => entries.join(", ")),
);

test("V4.1.3 whatever is sent, it never throws nor goes past a hop that is not trusted", () => {
  fc.assert(
    fc.property(fc.option(fc.oneof(address, fc.string())), headerText, (peer, forwardedFor) => {
      const client = addressOf(forwardedFor, peer);
      const own = addressOf("", peer);
      const nearest = own === null ? undefined : parseIpAddress(own);
      const isBelieved = nearest !== undefined && isTrusted(nearest, proxies);
      expect(isBelieved || client === own).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test("V4.1.3 the client is the first from the right that is not trusted, whatever stands left of it", () => {
  const trusted = fc.constantFrom("10.0.0.1", "10.250.3.4", "192.0.2.7", "2001:db8:ff::9");
  const untrusted = address.filter((text) => {
    const parsed = parseIpAddress(text);
    return parsed !== undefined && !isTrusted(parsed, proxies);
  });
  fc.assert(
    fc.property(
      headerText,
      untrusted,
      fc.array(trusted, { maxLength: 20 }),
      (left, client, chain) => {
        const walked = addressOf([left, client, ...chain].join(", "));
        expect(walked).toBe(clientAddress(client, new Headers(), []));
      },
    ),
    { numRuns: 2000 },
  );
});

test("API-19 one IPv6 network of 64 bits is one address to limits", () => {
  const keys = ["2001:db8:1:2::1", "2001:DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2:0:0:0:0"];
  expect(new Set(keys.map(limitAddress))).toEqual(new Set(["2001:db8:1:2::/64"]));
  expect(limitAddress("2001:db8:1:3::1")).not.toBe(limitAddress("2001:db8:1:2::1"));
  expect(limitAddress("::ffff:203.0.113.9")).toBe("203.0.113.9");
  expect(limitAddress("203.0.113.9")).toBe("203.0.113.9");
  expect(limitAddress(null)).toBe("unknown");
});

test.each([
  ["no network", "everywhere"],
  ["nothing", ""],
  ["the whole of IPv4", "0.0.0.0/0"],
  ["the whole of IPv6", "::/0"],
  ["a prefix that is too long", "10.0.0.0/33"],
  ["a prefix that is too long for IPv6", "2001:db8::/129"],
  ["a prefix that is no number", "10.0.0.0/x"],
  ["a prefix in hexadecimal", "10.0.0.0/0x8"],
  ["an empty prefix", "10.0.0.0/"],
  ["two prefixes", "10.0.0.0/8/8"],
  ["a network mask", "10.0.0.0/255.0.0.0"],
  ["an address within a network", "10.0.0.1/8"],
  ["an octal address", "010.0.0.0/8"],
  ["a shortened address", "10/8"],
  ["IPv4 written as IPv6", "::ffff:10.0.0.0/104"],
  ["an address of IPv4 written as IPv6", "::ffff:10.0.0.1"],
  ["a zone", "fe80::1%eth0"],
  ["a name", "proxy.example.com"],
])("V4.1.3 %s is refused as a trusted proxy", (_, entry) => {
  expect(() => parseTrustedProxies([entry])).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});

test("at most 100 trusted proxies", () => {
  const entries = (count: number): string[] => Array<string>(count).fill("10.0.0.0/8");
  expect(() => parseTrustedProxies(entries(100))).not.toThrow();
  expect(() => parseTrustedProxies(entries(101))).toThrow(
    expect.objectContaining({ code: "invalid_options" }),
  );
});
