import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { buildFiles } from "./bundle.ts";

const bytesMax = 3_000;
const declarationBytesMax = 6_000;
const config = join(fileURLToPath(new URL("..", import.meta.url)), "tsdown.config.ts");

function importsOf(code: string): Set<string | undefined> {
  const imported = withoutProse(code).matchAll(/(?:\bfrom|\bimport\(|\bimport) ?"([^"]+)"/g);
  return new Set(Array.from(imported, (match) => match[1]));
}

/** Without comments and indentation: what a compiler has to read, not what a person may. */
function withoutProse(source: string): string {
  return source.replaceAll(/\/\*\*[\s\S]*?\*\//g, "").replaceAll(/^\s+/gm, "");
}

describe("the built package", () => {
  let files: Map<string, string>;

  beforeAll(async () => {
    files = await buildFiles({ config });
  });
  const read = (name: string): string => files.get(name) ?? "";

  it("has the hooks marked for the browser, and not what is for servers", () => {
    expect([...files.keys()].toSorted()).toEqual([
      "index.d.ts",
      "index.js",
      "server.d.ts",
      "server.js",
    ]);
    expect(read("index.js")).toMatch(/^"use client";/);
    expect(read("server.js")).not.toContain("use client");
  });

  it("imports nothing but React and the client", () => {
    for (const name of ["index.js", "index.d.ts"]) {
      expect(importsOf(read(name))).toEqual(new Set(["react", "@portcullis/client"]));
    }
    for (const name of ["server.js", "server.d.ts"]) {
      expect(importsOf(read(name))).toEqual(new Set());
    }
  });

  it(`has less than ${bytesMax} bytes, minified and compressed`, async () => {
    const minified = await buildFiles({ config, minify: true, dts: false });
    const bytes = gzipSync(minified.get("index.js") ?? "").byteLength;
    expect(bytes).toBeGreaterThan(500);
    expect(bytes).toBeLessThan(bytesMax);
  });

  it(`has less than ${declarationBytesMax} bytes of declarations`, () => {
    const bytes = Buffer.byteLength(withoutProse(read("index.d.ts")));
    expect(bytes).toBeGreaterThan(500);
    expect(bytes).toBeLessThan(declarationBytesMax);
  });
});
