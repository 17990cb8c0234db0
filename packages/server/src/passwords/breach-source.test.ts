import { expect, test } from "vitest";
import { rangeCharactersMax, readRange } from "./breach-source.ts";

const suffix = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";
const other = "1D72CD07550416C216D8AD296BF5C0AE8E0";

test.each([
  ["a line of it", `${other}:10\r\n${suffix}:3`, "breached"],
  ["line ends of Unix, and one at the end", `${other}:10\n${suffix}:3\n`, "breached"],
  ["in lower case", `${suffix.toLowerCase()}:3`, "breached"],
  ["padding first, a real line later", `${suffix}:0\r\n${suffix}:3`, "breached"],
  ["padding only", `${other}:0\r\n${suffix}:0`, "not_listed"],
  ["padding with many zeros", `${suffix}:000`, "not_listed"],
  ["other hashes", `${other}:10`, "not_listed"],
  ["nothing", "", "not_listed"],
  ["a page", "<html>Too many requests</html>", "malformed"],
  ["JSON", `{"${suffix}":3}`, "malformed"],
  ["it, without a count", suffix, "malformed"],
  ["it, and a page", `${suffix}:3\r\n<html>`, "malformed"],
  ["a whole hash", `00000${suffix}:3`, "malformed"],
  ["a negative count", `${suffix}:-3`, "malformed"],
  ["the most that is read", longAnswer(rangeCharactersMax), "breached"],
  ["one character more", longAnswer(rangeCharactersMax + 1), "too_long"],
])("V6.2.12 an answer of %s", (_, answer, finding) => {
  expect(readRange(answer, suffix)).toBe(finding);
});

/** The suffix after as many others and line ends as make this length. */
function longAnswer(length: number): string {
  const end = `${suffix}:3`;
  return `${other}:10\n`.repeat(100).concat("\n".repeat(length - 39 * 100 - end.length), end);
}
