import { expect, it } from "vitest";
import { ArgumentError, parseArguments } from "./arguments.ts";
import { groups } from "./comparison.ts";

it("measures all, or what was typed", () => {
  expect(parseArguments([])).toMatchObject({ groups, isShort: false, isDurable: false });
  expect(parseArguments(["--", "--short", "--only", "write,near"])).toMatchObject({
    groups: ["write", "near"],
    isShort: true,
  });
});

it.each([[["--only", "reads"]], [["--only", ""]], [["--long"]], [["near"]]])(
  "refuses %j",
  (words) => {
    expect(() => parseArguments(words)).toThrow(ArgumentError);
  },
);
