// Compiles every TypeScript example of the documentation, so that what a reader copies is right. An
// example that needs declarations around it names them: "```ts setup=NAME" adds the file
// test/snippet-setups/NAME.ts below it (below, so that the lines of errors stay as they are).
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { root } from "./check/root.ts";
import {
  findInMarkdown,
  findInSource,
  type FoundSnippets,
  type Snippet,
} from "./snippets/find-snippets.ts";

const folder = join(root, "test/.cache/snippets");
const setupFolder = join(root, "test/snippet-setups");
const compilerTimeoutMs = 300_000;

const found = [
  ...findAll(
    "{README.md,CONTRIBUTING.md,ARCHITECTURE.md,docs/*.md,docs/decisions/*.md,packages/*/README.md}",
    findInMarkdown,
  ),
  ...findAll("packages/*/src/**/*.ts", findInSource),
];
const snippets = found.flatMap((inFile) => inFile.snippets);
const problems = [
  ...found.flatMap((inFile) => inFile.problems),
  ...snippets.filter(hasUnknownSetup).map(({ file, line, setup }) => ({
    file,
    line,
    message: `there is no test/snippet-setups/${setup}.ts`,
  })),
].map(({ file, line, message }) => `${file}:${line}: ${message}`);

const errors = snippets.length === 0 ? [] : compile(writeModules(snippets));
for (const line of [...problems, ...errors]) {
  console.error(line);
}
console.log(`${snippets.length} snippets`);
process.exitCode = problems.length + errors.length === 0 ? 0 : 1;

function findAll(
  pattern: string,
  find: (file: string, text: string) => FoundSnippets,
): FoundSnippets[] {
  return globSync(pattern, { cwd: root })
    .filter((file) => !file.endsWith(".test.ts"))
    .toSorted()
    .map((file) => find(file, readFileSync(join(root, file), "utf8")));
}

function hasUnknownSetup({ setup }: Snippet): boolean {
  return setup !== undefined && !existsSync(setupFile(setup));
}

function setupFile(setup: string): string {
  return join(setupFolder, `${setup}.ts`);
}

/** Writes each snippet as a module of its own, and says which snippet a module is. */
function writeModules(all: readonly Snippet[]): Map<string, Snippet> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const byModule = new Map<string, Snippet>();
  for (const snippet of all) {
    const name = `${snippet.file.replaceAll(/[^\w.-]+/g, "-")}.${snippet.line}.${snippet.language}`;
    const setup =
      snippet.setup === undefined || hasUnknownSetup(snippet)
        ? ""
        : readFileSync(setupFile(snippet.setup), "utf8");
    // Even a snippet without imports is a module: its names are its own, and it may await.
    writeFileSync(join(folder, name), `${snippet.code}\nexport {};\n${setup}`);
    byModule.set(name, snippet);
  }
  return byModule;
}

/** The compiler's errors, told by the places in the documentation. */
function compile(byModule: ReadonlyMap<string, Snippet>): string[] {
  const compiler = join(root, "node_modules/.bin/tsc");
  const { status, stdout, stderr, error } = spawnSync(
    compiler,
    ["--pretty", "false", "-p", "test/tsconfig.snippets.json"],
    { cwd: root, encoding: "utf8", timeout: compilerTimeoutMs },
  );
  if (status === 0) {
    return [];
  }
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.length === 0
    ? [`tsc failed: ${error?.message ?? stderr}`]
    : lines.map((line) => inDocumentation(line, byModule));
}

function inDocumentation(line: string, byModule: ReadonlyMap<string, Snippet>): string {
  const [, path, row, message] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(line) ?? [];
  const snippet = path === undefined ? undefined : byModule.get(basename(path));
  if (snippet === undefined || row === undefined || message === undefined) {
    return line;
  }
  const lineInSnippet = Number(row);
  const place =
    lineInSnippet > snippet.code.split("\n").length
      ? `${snippet.file}:${snippet.line} (its setup "${snippet.setup}")`
      : `${snippet.file}:${snippet.line + lineInSnippet - 1}`;
  return `${place}: ${message}`;
}
