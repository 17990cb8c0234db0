import type { ArgsDef } from "citty";
import { describe, expect, it } from "vitest";
import { checkArguments } from "./check-arguments.ts";

const args: ArgsDef = {
  email: { type: "positional", required: true },
  reason: { type: "string", required: true },
  until: { type: "string" },
  yes: { type: "boolean" },
};

describe("checkArguments", () => {
  it.each([
    [["ada", "--reason", "Spam"]],
    [["--reason=Spam", "ada", "--yes", "--until", "later"]],
    [["--reason=--spam", "--", "-ada"]],
  ])("takes %j", (words) => {
    expect(checkArguments(args, words)).toEqual({ kind: "right" });
  });

  it.each([
    [["--reason", "Spam"], "EMAIL is missing."],
    [["ada"], "--reason is missing."],
    [["ada", "--reason"], "Option '--reason <value>' argument missing."],
    [["ada", "--reason", "Spam", "--yes=no"], "Option '--yes' does not take an argument."],
    [["ada", "find-me", "--reason", "Spam"], "There are more words than this command takes."],
    [["ada", "--reason", "--find-me"], "Option '--reason' argument is ambiguous."],
    [["ada", "--reason", "Spam", "--password=find-me"], /^There is an option that this command/],
    [["ada", "--reason", "Spam", "--no-yes"], /^There is an option that this command/],
    [["ada", "--reason", "Spam", "-find-me"], /^There is an option that this command/],
    [["ada", "--reason", "Spam", "--__proto__=find-me"], /^There is an option that this command/],
  ])("V16.2.5 refuses %j without repeating it", (words, why) => {
    const verdict = checkArguments(args, words);
    expect(verdict).toEqual({ kind: "wrong", why: expect.stringMatching(why) });
    expect(JSON.stringify(verdict)).not.toContain("find-me");
  });
});
