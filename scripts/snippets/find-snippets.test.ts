import { expect, test } from "vitest";

import { findInMarkdown, findInSource } from "./find-snippets.ts";

test("a ts block of Markdown is found with its first line and its setup", () => {
  const text = ["# Title", "", "```ts setup=services", "const a = 1;", "const b = 2;", "```"];

  expect(findInMarkdown("README.md", text.join("\n"))).toEqual({
    snippets: [
      {
        file: "README.md",
        line: 4,
        code: "const a = 1;\nconst b = 2;",
        language: "ts",
        setup: "services",
      },
    ],
    problems: [],
  });
});

test("a tsx block is found as one", () => {
  const { snippets } = findInMarkdown("README.md", ["```tsx", "<p />;", "```"].join("\n"));

  expect(snippets).toEqual([
    { file: "README.md", line: 2, code: "<p />;", language: "tsx", setup: undefined },
  ]);
});

test("blocks of other languages are left alone, also one whose name starts with ts", () => {
  const text = ["```sh", "pnpm test", "```", "```tsv", "a b", "```", "```", "plain", "```"];

  expect(findInMarkdown("README.md", text.join("\n"))).toEqual({ snippets: [], problems: [] });
});

test("a block that is a copy of a file is left to the checks of that file", () => {
  const text = ["```ts file=examples/node-script/auth.ts", "const a = 1;", "```"];

  expect(findInMarkdown("docs/page.md", text.join("\n"))).toEqual({ snippets: [], problems: [] });
});

test("a longer fence may show a shorter one", () => {
  const text = ["````ts", "const fence = `", "```", "`;", "````"];
  const { snippets } = findInMarkdown("README.md", text.join("\n"));

  expect(snippets.map(({ code }) => code)).toEqual(["const fence = `\n```\n`;"]);
});

test("a block of Markdown that shows a block of TypeScript is no snippet", () => {
  const text = ["````md", "```ts setup=NAME", "```", "````"];

  expect(findInMarkdown("CONTRIBUTING.md", text.join("\n"))).toEqual({
    snippets: [],
    problems: [],
  });
});

test("a block that is not closed is a problem", () => {
  expect(findInMarkdown("README.md", "text\n```ts\nconst a = 1;").problems).toEqual([
    { file: "README.md", line: 2, message: "the code block is not closed" },
  ]);
});

test("an example in a documentation comment is found without its stars", () => {
  const text = [
    "/**",
    " * Adds.",
    " *",
    " * @example",
    " * ```ts",
    " * if (a) {",
    " *   b();",
    " * }",
    " * ```",
    " */",
    "export function add() {}",
  ];

  expect(findInSource("add.ts", text.join("\n")).snippets).toEqual([
    { file: "add.ts", line: 6, code: "if (a) {\n  b();\n}", language: "ts", setup: undefined },
  ]);
});

test("an @example that no compiler would see is a problem", () => {
  const text = ["/**", " * @example", " * add(1, 2)", " * @returns", " * ```ts", " * ```", " */"];

  expect(findInSource("add.ts", text.join("\n")).problems).toEqual([
    { file: "add.ts", line: 2, message: expect.stringContaining("no ts code block") },
  ]);
});
