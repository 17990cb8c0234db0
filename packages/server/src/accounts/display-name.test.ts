import { expect, test } from "vitest";
import { displayNameSchema } from "./display-name.ts";

const parse = (value: unknown): string | undefined => displayNameSchema.safeParse(value).data;

test.each([
  ["Ada", "Ada"],
  ["  Ada Lovelace ", "Ada Lovelace"],
  ["Ade\u0301", "Ad\u00E9"],
  ["O'Hara", "O'Hara"],
  ["<img onerror=alert(1)>", "<img onerror=alert(1)>"],
  ["\u{1F600}".repeat(100), "\u{1F600}".repeat(100)],
])("%j is kept as %j", (given, kept) => {
  expect(parse(given)).toBe(kept);
});

test.each([
  "",
  "   ",
  "a\0b",
  "a\nb",
  "a\u001Bb",
  "a\u0085b",
  "a\u2028b",
  "\ud800",
  "x".repeat(101),
  "x".repeat(1_000_000),
  7,
  null,
])("API-12 %j is refused", (given) => {
  expect(parse(given)).toBeUndefined();
});
