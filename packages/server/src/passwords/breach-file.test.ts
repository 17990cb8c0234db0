import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BreachFileError, createBreachFile } from "./breach-file.ts";
import { rangeCharactersMax } from "./breach-source.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-breach-"));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function fileOf(text: string): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.txt`);
  await writeFile(path, text);
  return path;
}

const never = new AbortController().signal;
const hashOf = (text: string): string =>
  createHash("sha1").update(text).digest("hex").toUpperCase();
/** Lines as of a download: many hashes, in order, with counts of several lengths. */
const linesOf = (hashes: readonly string[]): string[] =>
  hashes.toSorted().map((hash, index) => `${hash}:${10 ** (index % 8)}`);
const spread = Array.from({ length: 20_000 }, (_, index) => hashOf(`password ${index}`));
/** So many of one prefix that the range is longer than what is read at once while searching. */
const crowded = spread.slice(0, 1500).map((hash) => `ABCDE${hash.slice(5)}`);
const lines = linesOf([...spread, ...crowded]);

describe("V6.2.12 a range from a file is what a scan of the file finds", () => {
  test.each([
    ["lines that end as on Windows", lines.join("\r\n") + "\r\n"],
    ["lines that end as on Unix", lines.join("\n") + "\n"],
    ["no end of the last line", lines.join("\n")],
    ["lower case", lines.join("\n").toLowerCase()],
  ])("%s", async (_, text) => {
    await using file = await createBreachFile(await fileOf(text));
    const present = lines
      .filter((_line, index) => index % 100 === 0)
      .map((line) => line.slice(0, 5));
    const edges = [lines[0]?.slice(0, 5) ?? "", lines.at(-1)?.slice(0, 5) ?? "", "ABCDE"];
    const absent = ["00000", "FFFFF", "ABCDD", "ABCDF"];
    for (const prefix of [...present, ...edges, ...absent]) {
      const expected = lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(5));
      expect([prefix, await file.range(prefix, never)]).toEqual([prefix, expected.join("\n")]);
    }
  });

  test.each([1, 2, 3, 100])("%i lines", async (count) => {
    const few = lines.slice(0, count);
    await using file = await createBreachFile(await fileOf(few.join("\n")));
    for (const line of few) {
      expect(await file.range(line.slice(0, 5), never)).toContain(line.slice(5));
    }
    expect(await file.range("FFFFF", never)).toBe("");
  });

  test("many at once", async () => {
    await using file = await createBreachFile(await fileOf(lines.join("\n")));
    const some = lines.slice(0, 200);
    const ranges = await Promise.all(some.map((line) => file.range(line.slice(0, 5), never)));
    for (const [index, line] of some.entries()) expect(ranges[index]).toContain(line.slice(5));
  });
});

describe("V6.2.12 an unfit file is refused when it is opened", () => {
  test.each([
    ["empty", "", "is empty"],
    ["not ordered by hash", linesOf(spread).toReversed().join("\n"), "is not in the order"],
    ["hashes of NTLM", linesOf(spread.map((hash) => hash.slice(8))).join("\n"), "not SHA1:COUNT"],
    ["hashes without counts", spread.toSorted().join("\n"), "not SHA1:COUNT"],
    ["passwords", "password\n123456\nqwerty\n", "not SHA1:COUNT"],
    ["one line without an end", "x".repeat(100_000), "not SHA1:COUNT"],
    ["with a long line at its end", `${lines.join("\n")}\n${"x".repeat(200)}`, "not SHA1:COUNT"],
    ["cut off in its last line", lines.join("\n").slice(0, -10), "not SHA1:COUNT"],
    ["a page", "<!doctype html><title>Not found</title>", "not SHA1:COUNT"],
  ])("%s", async (_, text, fault) => {
    const opening = createBreachFile(await fileOf(text));
    await expect(opening).rejects.toThrow(fault);
    await expect(opening).rejects.toMatchObject({
      name: "BreachFileError",
      code: "breach_file_unfit",
    });
  });

  test("that is not there, or a folder", async () => {
    const missing = join(folder, "missing.txt");
    await expect(createBreachFile(missing)).rejects.toThrow(
      new BreachFileError(missing, "cannot be opened"),
    );
    const directory = join(folder, "directory");
    await mkdir(directory);
    await expect(createBreachFile(directory)).rejects.toThrow("is not a file");
  });
});

describe("V6.2.12 a range that cannot be read fails, and does not tell what was asked for", () => {
  test("because a line is damaged", async () => {
    const damaged = lines.with(12_345, (lines[12_345] ?? "").replace(":", ";"));
    const prefix = damaged[12_345]?.slice(0, 5) ?? "";
    await using file = await createBreachFile(await fileOf(damaged.join("\n")));
    const error: unknown = await file.range(prefix, never).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(BreachFileError);
    expect(String(error)).not.toContain(prefix);
  });

  test("because it is longer than any answer may be", async () => {
    const many = Array.from(
      { length: rangeCharactersMax / 37 },
      (_, index) => `ABCDE${hashOf(`crowd ${index}`).slice(5)}`,
    );
    await using file = await createBreachFile(await fileOf(linesOf(many).join("\n")));
    await expect(file.range("ABCDE", never)).rejects.toThrow("too many lines of one prefix");
  });

  test("because the file became shorter", async () => {
    const path = await fileOf(lines.join("\n"));
    await using file = await createBreachFile(path);
    await truncate(path, 1000);
    await expect(file.range("FFFFF", never)).rejects.toThrow("became shorter");
  });

  test("because nobody waits for it any longer", async () => {
    await using file = await createBreachFile(await fileOf(lines.join("\n")));
    const late = new Error("late");
    await expect(file.range("ABCDE", AbortSignal.abort(late))).rejects.toBe(late);
  });
});
