import { describe, expect, it } from "vitest";
import { ArgumentError, commandOf, parseArguments } from "./arguments.ts";

it("takes what was typed, and can say it again", () => {
  const options = parseArguments(["--minutes", "0.5", "--seed", "7", "--naive"]);
  expect(options).toMatchObject({ minutes: 0.5, seed: 7, cache: "naive", command: "run" });
  expect(commandOf(options)).toBe("pnpm nemesis --minutes 0.5 --seed 7 --naive");
});

describe("refuses", () => {
  it.each([
    [["--minutes", "0"], "--minutes must be from"],
    [["--minutes", "1000"], "--minutes must be from"],
    [["--minutes", "soon"], '--minutes must be a number, not "soon"'],
    [["--seed", "-1"], "--seed"],
    [["--seed", "1.5"], "--seed must be a whole number"],
    [["--faults"], "--faults"],
    [["now"], "now"],
  ])("%j", (words, message) => {
    expect(() => parseArguments(words)).toThrow(ArgumentError);
    expect(() => parseArguments(words)).toThrow(message);
  });
});
