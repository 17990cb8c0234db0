import { expect, test } from "vitest";
import { ArgumentError, parseArguments, type LoadtestCommand } from "./arguments.ts";

function namesOf(command: LoadtestCommand): readonly string[] {
  return command.kind === "run" ? command.scenarios.map(({ name }) => name) : [];
}

test("without a word it does everything but what takes long, and compares", () => {
  const command = parseArguments([]);
  expect(command).toMatchObject({ kind: "run", nodes: 1, isShort: false, compares: true });
  expect(namesOf(command)).toContain("growth");
  expect(namesOf(command)).not.toContain("soak");
});

test("scenarios that are named are done, in that order, and nothing is compared", () => {
  const command = parseArguments(["--", "soak", "protected", "--short", "--seconds", "2.5"]);
  expect(namesOf(command)).toEqual(["soak", "protected"]);
  expect(command).toMatchObject({ isNamed: true, compares: false, isShort: true, seconds: 2.5 });
  expect(parseArguments(["public", "--compare"])).toMatchObject({ compares: true });
  expect(parseArguments(["--no-compare"])).toMatchObject({ compares: false });
});

test("a service elsewhere gets what needs no more than its account", () => {
  const url = "http://127.0.0.1:3000";
  expect(namesOf(parseArguments(["--url", url]))).toEqual(["public"]);
  const command = parseArguments(["--url", `${url}/`, "--email", "a@b.c", "--password-stdin"]);
  expect(namesOf(command)).toEqual(["protected", "public"]);
  expect(command).toMatchObject({ elsewhere: { url, email: "a@b.c" }, compares: false });
});

test.each([
  [["reads"], "no scenario"],
  [["--rate", "0"], "--rate takes"],
  [["--rate", "1e9"], "--rate takes"],
  [["--seconds", "-1"], ""],
  [["--connections", "1.5"], "whole number"],
  [["--nodes", "99"], "--nodes takes"],
  [["--fast"], ""],
  [["--url", "localhost"], "--url takes"],
  [["--url", "ftp://x.test"], "--url takes"],
  [["--url", "http://x.test/trpc"], "without a path"],
  [["--url", "http://x.test", "--nodes", "2"], "--nodes is for"],
  [["--url", "http://x.test", "--compare"], "--compare is for"],
  [["--url", "http://x.test", "login-storm"], "cannot be done with --url"],
  [["--url", "http://x.test", "protected"], "needs --email"],
  [["--url", "http://x.test", "--email", "a@b.c"], "go together"],
  [["--email", "a@b.c"], "go with --url"],
])("refuses %j, and says why", (words, why) => {
  expect(() => parseArguments(words)).toThrow(ArgumentError);
  expect(() => parseArguments(words)).toThrow(why);
});
