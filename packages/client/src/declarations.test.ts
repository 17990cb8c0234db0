import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const maxBytes = 12_000;
const packageFolder = fileURLToPath(new URL("..", import.meta.url));

// An application's compiler and editor read these declarations on every start. The server's own
// types lead to those of its database, which are a hundred times as long.
describe("the built declarations", () => {
  let folder: string;
  /** Without comments and indentation: what a compiler has to read, not what a person may. */
  let declarations: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "portcullis-client-"));
    await build({
      cwd: packageFolder,
      config: join(packageFolder, "tsdown.config.ts"),
      outDir: folder,
      logLevel: "silent",
    });
    const built = await readFile(join(folder, "index.d.ts"), "utf8");
    declarations = built.replaceAll(/\/\*\*[\s\S]*?\*\//g, "").replaceAll(/^\s+/gm, "");
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("import nothing but tRPC", () => {
    const imported = [...declarations.matchAll(/from "([^"]+)"|import\("([^"]+)"\)/g)].map(
      (match) => match[1] ?? match[2],
    );
    expect(new Set(imported)).toEqual(new Set(["@trpc/client", "@trpc/server"]));
    expect(declarations).not.toMatch(/kysely|\bpg\b/i);
  });

  it(`have less than ${maxBytes} bytes`, () => {
    expect(declarations).toContain("createPortcullisClient");
    expect(Buffer.byteLength(declarations)).toBeLessThan(maxBytes);
    expect(Buffer.byteLength(declarations)).toBeGreaterThan(1_000);
  });
});
