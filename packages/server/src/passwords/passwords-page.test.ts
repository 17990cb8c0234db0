import { readFileSync } from "node:fs";
import { dictionary } from "@zxcvbn-ts/language-common";
import { describe, expect, test } from "vitest";
import { rangeCharactersMax } from "./breach-source.ts";
import {
  runCharactersLeast,
  sequences,
  shortUnitCodePointsMax,
  wordCharactersMax,
} from "./common-passwords.ts";
import { contextWordCodePointsLeast, contextWordsOf, ownCodePointsLeast } from "./context-words.ts";
import { hashCostBounds } from "./hash-cost.ts";
import type { HashCost } from "./hash-cost.ts";
import { judgeNewPassword } from "./judge-new-password.ts";
import { resolvePasswordOptions } from "./password-options.ts";
import type { PasswordOptions } from "./password-options.ts";
import { breachDeadlineMs, openRangesMax } from "./password-policy.ts";
import { newPasswordCodePoints, presentedCodePointsMax } from "./password-schema.ts";

const page = readFileSync(new URL("../../../../docs/passwords.md", import.meta.url), "utf8");
const list = dictionary["passwords-common"];
const ofPolicyLength = list.filter((word) => word.length >= newPasswordCodePoints.least);

test.each([
  `${newPasswordCodePoints.least} to ${newPasswordCodePoints.most} code points of Unicode`,
  `up to ${presentedCodePointsMax} code points`,
  `at most ${shortUnitCodePointsMax} code points, again and again`,
  `the ${list.length} entries of the list`,
  `of which ${ofPolicyLength.length} have ${newPasswordCodePoints.least} code points or more. All ${ofPolicyLength.length} `,
  `parts, of ${runCharactersLeast} characters or more, of these sequences`,
  sequences.map((sequence) => `\`${sequence}\``).join(", "),
  `Words of more than ${wordCharactersMax} characters are not looked for`,
  `fewer than ${contextWordCodePointsLeast} code points is left out`,
  `fewer than ${ownCodePointsLeast} code points are left`,
  `after ${breachDeadlineMs} ms, with an answer of more than ${rangeCharactersMax} characters`,
  `with ${openRangesMax} calls that have not ended`,
])("V6.1.2 docs/passwords.md has the numbers of the code: %s", (sentence) => {
  expect(page).toContain(sentence);
});

describe("PS-1 docs/passwords.md has the options as they are", () => {
  const rows = [
    ...page.matchAll(/^\| `passwords\.(\w+)` \| (\d+|one less[^|]*) \| (\d+) to (\d+) \|$/gm),
  ].map(([, name = "", stated, least, most]) => ({
    name: name as keyof HashCost | "queueMax" | "concurrency",
    stated,
    least: Number(least),
    most: Number(most),
  }));
  const refuses = (options: PasswordOptions): boolean => {
    try {
      resolvePasswordOptions(options);
      return false;
    } catch {
      return true;
    }
  };

  test("all that have bounds", () => {
    const numbers = ["memoryKib", "passes", "lanes", "queueMax", "concurrency"];
    expect(rows.map((row) => row.name)).toEqual(numbers);
    expect(numbers).toEqual(expect.arrayContaining(Object.keys(hashCostBounds)));
  });

  test.each(rows)("$name: $stated, $least to $most", ({ name, stated, least, most }) => {
    const { cost, queueMax } = resolvePasswordOptions({});
    // The default of the concurrency is in words: it depends on the machine.
    const defaults: Partial<Record<typeof name, number>> = { ...cost, queueMax };
    expect(stated).toBe(defaults[name]?.toString() ?? stated);
    expect([least, most].map((value) => refuses({ [name]: value }))).toEqual([false, false]);
    expect([least - 1, most + 1].map((value) => refuses({ [name]: value }))).toEqual([true, true]);
  });
});

describe("V6.1.2 the examples of docs/passwords.md are judged as it says", () => {
  const words = contextWordsOf(["https://auth.example.com", "Ada Lovelace"]);
  test.each([
    ["aaaaaaaaaaaaaaa", "common"],
    ["abcabcabcabcabc", "common"],
    ["passwordpassword", "common"],
    ["password1234567!!", "common"],
    ["!!Dragon Dragon 2026", "common"],
    ["123456789012345!", "common"],
    ["qwertyuiopqwerty", "common"],
    ["ada.lovelace.1815!", "context"],
    ["Example-password-1", "context"],
    ["lovelace rides a bicycle", undefined],
  ])("%s: %s", (password, why) => {
    expect(page).toContain(`\`${password}\``);
    const verdict = judgeNewPassword(password, words);
    expect(verdict).toEqual(why === undefined ? { kind: "accepted" } : { kind: "refused", why });
  });
});
