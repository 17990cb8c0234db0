import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/security.md", root), "utf8");

/** The rows of the last section: `| id | how | [name](../file), ... |`. */
const rows = [...page.matchAll(/^\| ([A-Z0-9][\w./-]+) \| (.+) \| (.+) \|$/gm)].map(
  ([, id = "", , shown = ""]) => ({
    id,
    files: [...shown.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, file = ""]) => file),
  }),
);

const testFiles = globSync("{packages,apps,test}/**/*.test.ts", {
  cwd: root,
  exclude: (name) => name === "node_modules",
});
const titleOf = /(?:test|it|describe)(?:\.each\([^]*?\))?\(\s*["'`]([^"'`]+)/g;
const requirement =
  /\b(?:V\d+\.\d+\.\d+|8725-3\.\d+|7009-[\d.]+|7662-[\d.]+|9068-[\d.]+|(?:JWT|RT|PRE|API|EN|EM|PW|CA|DB|CK|CO|XS|FP|PS|SM|CS)-\d+)\b/g;

test("names every requirement once, and files that exist", () => {
  const ids = rows.map(({ id }) => id);
  expect(ids.length).toBeGreaterThan(300);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  const files = new Set(rows.flatMap((row) => row.files));
  expect([...files].filter((file) => !existsSync(new URL(file, root)))).toEqual([]);
});

test("knows every requirement that a test claims to show", () => {
  const known = new Set(rows.map(({ id }) => id));
  const claimed = testFiles.flatMap((file) => {
    const source = readFileSync(new URL(file, root), "utf8");
    return [...source.matchAll(titleOf)].flatMap(
      ([, title = ""]) => title.match(requirement) ?? [],
    );
  });
  expect(claimed.length).toBeGreaterThan(200);
  expect([...new Set(claimed)].filter((id) => !known.has(id)).toSorted()).toEqual([]);
});
