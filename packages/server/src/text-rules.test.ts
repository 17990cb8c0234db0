import { expect, test } from "vitest";
import { codePoints, plainText, lowerCaseUuidSchema } from "./text-rules.ts";

const uuid = "abcdefab-cdef-4abc-8def-abcdefabcdef";

test("CA-01 a UUID has one spelling", () => {
  expect(lowerCaseUuidSchema.safeParse(uuid).success).toBe(true);
  const others = Array.from(
    uuid,
    (character, index) => uuid.slice(0, index) + character.toUpperCase() + uuid.slice(index + 1),
  );
  for (const other of [
    ...others.filter((text) => text !== uuid),
    `{${uuid}}`,
    `urn:uuid:${uuid}`,
    uuid.replaceAll("-", ""),
    `${uuid}\n`,
    ` ${uuid}`,
    `${uuid.slice(0, -1)}g`,
  ]) {
    expect([other, lowerCaseUuidSchema.safeParse(other).success]).toEqual([other, false]);
  }
});

test("DB-04 text that Postgres or UTF-8 cannot carry is refused", () => {
  const schema = plainText(3, "The text");
  for (const good of ["", "abc", "\u{1F600}", "\n"]) {
    expect(schema.safeParse(good).success).toBe(true);
  }
  for (const bad of ["abcd", "\0", "\ud800", "\ude00\ud83d"]) {
    expect(schema.safeParse(bad).success).toBe(false);
  }
});

test("a code point counts once, however many units it has", () => {
  expect(codePoints("a\u{1F600}e\u0301")).toBe(4);
});
