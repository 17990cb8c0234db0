import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// Two thirds are the options, the session with its states, and the storages, each name of which an
// application writes; the rest are the functions and the errors.
const ownBytesMax = 5_000;
const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const contractFiles = ["contract.ts", "error-codes.ts"].map((name) =>
  fileURLToPath(new URL(`../../server/src/${name}`, import.meta.url)),
);

/** Without comments and indentation: what a compiler has to read, not what a person may. */
function withoutProse(source: string): string {
  return source.replaceAll(/\/\*\*[\s\S]*?\*\//g, "").replaceAll(/^\s+/gm, "");
}

// An application's compiler and editor read these declarations on every start. The server's own
// types lead to those of its database, which are a hundred times as long.
describe("the built declarations", () => {
  let folder: string;
  let declarations: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "portcullis-client-"));
    await build({
      cwd: packageFolder,
      config: join(packageFolder, "tsdown.config.ts"),
      outDir: folder,
      logLevel: "silent",
    });
    declarations = withoutProse(await readFile(join(folder, "index.d.ts"), "utf8"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("import nothing but tRPC", () => {
    const imported = [...declarations.matchAll(/from "([^"]+)"|import\("([^"]+)"\)/g)].map(
      (match) => match[1] ?? match[2],
    );
    expect(new Set(imported)).toEqual(new Set(["@trpc/client", "@trpc/server"]));
    expect(declarations).not.toMatch(/kysely|\bpg\b/i);
  });

  it(`have less than ${ownBytesMax} bytes besides the contract`, async () => {
    const contract = await Promise.all(contractFiles.map((file) => readFile(file, "utf8")));
    const contractBytes = Buffer.byteLength(withoutProse(contract.join("\n")));
    expect(declarations).toContain("type AuthProcedures");
    expect(declarations).toContain("createPortcullisClient");
    expect(Buffer.byteLength(declarations) - contractBytes).toBeLessThan(ownBytesMax);
  });
});
