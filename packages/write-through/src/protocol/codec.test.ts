import { describe, expect, it } from "vitest";
import { decode, encode } from "./codec.ts";

const schema = {
  parse(input: unknown): { n: number } {
    if (
      typeof input === "object" &&
      input !== null &&
      "n" in input &&
      typeof input.n === "number"
    ) {
      return { n: input.n };
    }
    throw new Error("not a value");
  },
};

describe("the stored text", () => {
  it("comes back as it was, and absence as absence", () => {
    expect(decode("t:1", encode("t:1", { n: 3 }), schema)).toEqual({
      kind: "present",
      value: { n: 3 },
    });
    expect(decode("t:1", encode("t:1", undefined), schema)).toEqual({ kind: "absent" });
  });

  it("is frozen in all its parts, also where the schema has frozen the outermost", () => {
    const shallow = { parse: (input: unknown): unknown => Object.freeze(input) };
    const decoded = decode("t:1", encode("t:1", { tags: [{ name: "a" }] }), shallow);
    expect(decoded).toMatchObject({ kind: "present" });
    const { tags } = (decoded as { value: { tags: object[] } }).value;
    expect([tags, tags[0]].map((part) => Object.isFrozen(part))).toEqual([true, true]);
  });

  it.each([
    ["not JSON", "}{"],
    ["empty", ""],
    ["truncated", '{"key":"t:1","value":{"n":'],
    ["a number", "7"],
    ["null", "null"],
    ["no key", '{"value":{"n":3}}'],
    ["the row of another id", encode("t:2", { n: 3 })],
    ["the absence of another id", encode("t:2", undefined)],
    ["a value of another shape", encode("t:1", { n: "3" })],
    ["a null value", '{"key":"t:1","value":null}'],
    ["a number too large for a double", '{"key":"t:1","value":{"n":"1e400"}}'],
    ["a key by its prototype only", '{"__proto__":{"key":"t:1"}}'],
  ])("CA-02: %s is corrupt, never a value", (_name, text) => {
    expect(decode("t:1", text, schema)).toEqual({ kind: "corrupt" });
  });
});
