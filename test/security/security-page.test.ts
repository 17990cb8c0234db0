import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What docs/security.md says of tests is true: they are there, and they name what they show. */
const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/security.md", root), "utf8");
const [, table = ""] = page.split("\n## Every requirement, and the test that shows it\n");

interface Shown {
  readonly file: string;
  /** Ids and words that the file shows it under, where that is not the row's own id. */
  readonly under: readonly string[];
}

const rows = Array.from(table.matchAll(/^\| (\w[\w./-]+) \| (.+) \| (.+) \|$/gm), (match) => {
  const [, id = "", how = "", shown = ""] = match;
  return { id, how, tests: shown === "–" ? [] : shown.split(", [").map(readShown) };
}).filter(({ id }) => id !== "id");

/** Reads `[name](../file) RT-01 "words of a title"`. */
function readShown(cell: string): Shown {
  const [, file = "", under = ""] = /\]\(\.\.\/([^)]+)\)(.*)$/.exec(cell) ?? [];
  return {
    file,
    under: Array.from(under.matchAll(/"([^"]+)"|(\S+)/g), ([, a, b]) => a ?? b ?? ""),
  };
}

const testFiles = new Map(
  globSync("{packages,apps,test,scripts}/**/*.test.ts", {
    cwd: root,
    exclude: (name) => name === "node_modules",
  }).map((file) => [file, readFileSync(new URL(file, root), "utf8")]),
);

const form =
  /^(?:V\d+\.\d+\.\d+|(?:8725|8725bis|7009|7662|9068|9700|63B)-[\w./-]+|(?:JWT|RT|PRE|API|EN|EM|PW|CA|DB|CK|CO|XS|FP|PS|SM|CS)-(?:\d+|CS))$/;

/** An id stands by itself: V6.2.1 is not shown by V6.2.10. */
function names(text: string, what: string): boolean {
  const literal = what.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w.-])${literal}(?!\w|\.\d)`).test(text);
}

test("every requirement has one row, of its standard's form", () => {
  const ids = rows.map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(ids.filter((id) => !form.test(id))).toEqual([]);
});

test("no requirement has got lost", () => {
  const counts = new Map<string, number>();
  for (const { id } of rows) {
    const standard =
      /^V\d+|^[A-Z]+(?=-)|^\w+(?=-)/.exec(id)?.[0].replace(/^8725bis$/, "8725") ?? id;
    counts.set(standard, (counts.get(standard) ?? 0) + 1);
  }
  expect(Object.fromEntries(counts)).toEqual(expectedCounts);
});

const expectedCounts = {
  // OWASP ASVS 5.0, by chapter.
  V1: 7,
  V2: 11,
  V3: 26,
  V4: 4,
  V6: 35,
  V7: 17,
  V8: 9,
  V9: 7,
  V10: 3,
  V11: 19,
  V12: 3,
  V13: 19,
  V14: 11,
  V15: 12,
  V16: 17,
  // RFC, BCP and NIST, by document.
  "8725": 13,
  "9068": 6,
  "9700": 9,
  "7009": 5,
  "7662": 3,
  "63B": 14,
  // OWASP cheat sheets.
  PS: 3,
  FP: 4,
  SM: 4,
  CS: 3,
  // Attacks of our own list.
  JWT: 20,
  RT: 14,
  PRE: 2,
  API: 21,
  EN: 5,
  EM: 2,
  PW: 2,
  CA: 10,
  DB: 6,
  CK: 3,
  CO: 2,
  XS: 2,
};

test("every file that a row names is a test, and names what the row says", () => {
  const wrong = rows.flatMap(({ id, tests }) =>
    tests.flatMap(({ file, under }) => {
      const text = testFiles.get(file);
      if (text === undefined) return [`${id}: there is no ${file}`];
      const absent = (under.length === 0 ? [id] : under).filter((what) => !names(text, what));
      return absent.map((what) => `${id}: ${file} does not name ${what}`);
    }),
  );
  expect(wrong).toEqual([]);
});

test("a row without a test says that it is a document, yours, not applicable or not met", () => {
  const reason =
    /Not applicable|Not met|Deviation|Deployment|\.md|above|As V|For |There are|By the tests|no scopes|mails and records/i;
  const silent = rows.filter(({ how, tests }) => tests.length === 0 && !reason.test(how));
  expect(silent.map(({ id, how }) => `${id}: ${how}`)).toEqual([]);
});

test("every requirement that the title of a test begins with has a row", () => {
  const known = new Set(rows.map(({ id }) => id));
  const title = /\b(?:test|it|describe)(?:\.each\([^]*?\))?\(\s*["'`]((?:[\w.-]+ )*)/g;
  const claimed = Array.from(testFiles.values()).flatMap((text) =>
    Array.from(text.matchAll(title), ([, words = ""]) => words.split(" ")).flat(),
  );
  const ids = claimed.filter((word) => form.test(word));
  expect(ids.length).toBeGreaterThan(300);
  expect([...new Set(ids)].filter((id) => !known.has(id)).toSorted()).toEqual([]);
});
