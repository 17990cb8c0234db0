import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundleForBrowsers } from "../test/bundle-for-browsers.ts";

// Most of it is the one pattern of addresses and the sentences.
const ownBytesMax = 1_800;
const withZodBytesMax = 26_000;

test("the entry for browsers asks for Zod and for nothing else outside of its own files", async () => {
  const { modules, code } = await bundleForBrowsers("inputs.ts");
  const own = [...modules].filter((name) => name.endsWith(".ts"));
  const others = [...modules].filter((name) => !name.endsWith(".ts"));
  expect(others).toEqual(["zod"]);
  expect(own).toContain("accounts/register-input.ts");
  // What stands behind the procedures is not for pages.
  expect(own.filter((name) => /^(?:repositories|context|tokens\/keys)\//.test(name))).toEqual([]);
  expect(code).not.toMatch(/node:|kysely|\bpg\b|jose|argon2|process\.|Buffer/);
  expect(gzipSync(code).length).toBeLessThan(withZodBytesMax);
});

test(`the schemas themselves are less than ${ownBytesMax} bytes, minified and compressed`, async () => {
  const { code } = await bundleForBrowsers("inputs.ts", ["zod"]);
  expect(code).toContain("characters.");
  expect(gzipSync(code).length).toBeLessThan(ownBytesMax);
});
