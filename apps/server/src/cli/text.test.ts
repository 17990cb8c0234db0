import { expect, it } from "vitest";
import { alignColumns, escapeInvisible, formatTime } from "./text.ts";

it("aligns columns, without blanks at the end of a line", () => {
  expect(
    alignColumns([
      ["a", "long cell", ""],
      ["long", "b", "c"],
    ]),
  ).toEqual(["a     long cell", "long  b          c"]);
});

it("writes times in UTC, to the second", () => {
  expect(formatTime(0)).toBe("1970-01-01T00:00:00Z");
});

it("V16.4.2 shows what a terminal would obey or hide, and leaves names of people alone", () => {
  expect(escapeInvisible("Žofie 玉 ada@example.com")).toBe("Žofie 玉 ada@example.com");
  const hostile = "\u001B[2J\n\r\u009B2K\u2028\u202Egpj.exe\u200B\uDC00\u{E0041}";
  expect(escapeInvisible(hostile)).toMatch(/^[\x20-\x7e]+$/);
  const json = JSON.stringify({ name: hostile });
  expect(JSON.parse(escapeInvisible(json))).toEqual({ name: hostile });
});
