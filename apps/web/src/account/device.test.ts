import { describe, expect, it } from "vitest";
import { describeDevice } from "./device.ts";

const chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0";

describe("describeDevice", () => {
  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36`, "Chrome on Linux", "computer"],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
      "Firefox on Windows",
      "computer",
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome} Safari/537.36 Edg/141.0.0.0`,
      "Microsoft Edge on Windows",
      "computer",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
      "Safari on iOS",
      "phone",
    ],
    [
      `Mozilla/5.0 (Linux; Android 10; K) ${chrome} Mobile Safari/537.36`,
      "Chrome on Android",
      "phone",
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
      "Safari on macOS",
      "computer",
    ],
  ])("names the browser and the system of %s", (userAgent, name, kind) => {
    expect(describeDevice(userAgent)).toEqual({ name, kind });
  });

  it.each([
    ["curl/8.5.0", "curl"],
    ["node", "node"],
    ["undici", "undici"],
    ["python-requests/2.32.3", "python-requests"],
  ])("names the program %s", (userAgent, name) => {
    expect(describeDevice(userAgent)).toEqual({ name, kind: "program" });
  });

  it.each([null, "", "   ", "(((((", "\u{1F600}".repeat(128), "Mozilla/5.0 ("])(
    "makes something of %j",
    (userAgent) => {
      expect(describeDevice(userAgent).name).toBe("Unknown device");
    },
  );
});
