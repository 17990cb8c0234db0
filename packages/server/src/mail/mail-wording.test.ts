import { expect, test } from "vitest";
import { deviceName, duration, greeting, maskedEmail, networkAddress } from "./mail-wording.ts";

test.each([
  ["Ada Lovelace", "Hello Ada Lovelace,"],
  ["J. R. O'Hara-Smith Jr.", "Hello J. R. O'Hara-Smith Jr.,"],
  ["Ада", "Hello Ада,"],
  ["李小龍", "Hello 李小龍,"],
  [null, "Hello,"],
  ["", "Hello,"],
  ["evil.test", "Hello,"],
  ["ada@evil", "Hello,"],
  ["x".repeat(61), "Hello,"],
])("the name %j is greeted with %j", (name, expected) => {
  expect(greeting(name)).toBe(expected);
});

test.each([
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Firefox on Windows",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Safari on macOS",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Safari on iPhone",
  ],
  [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 OPR/120",
    "Opera on Linux",
  ],
  ["curl/8.5.0", "unknown"],
  ["", "unknown"],
  [null, "unknown"],
])("the device %s is told as %s", (userAgent, expected) => {
  expect(deviceName(userAgent)).toBe(expected);
});

test("what is told of an address is enough for its owner only", () => {
  expect(maskedEmail("ada@mail.example.test")).toBe("a***@m***.test");
  expect(networkAddress("2001:db8::1")).toBe("2001:db8::1");
  expect(networkAddress("192.0.2.1, evil.test")).toBe("unknown");
  expect(networkAddress(null)).toBe("unknown");
});

test("durations are in the largest unit that fits", () => {
  expect([1, 10, 60, 90, 1440].map(duration)).toEqual([
    "1 minute",
    "10 minutes",
    "1 hour",
    "90 minutes",
    "24 hours",
  ]);
});
