import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import * as api from "./index.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("every error class is in the README with its code, and the README names no other", () => {
  const documented = [...readme.matchAll(/^\| `(\w+)` *\| `(\w+Error)` *\|/gm)].map(
    ([, code, name]) => [name, code],
  );
  const exported = Object.entries(api).flatMap(([name, value]) => {
    if (!(value.prototype instanceof api.WriteThroughError)) return [];
    const error = Reflect.construct(value, ["why"]) as api.WriteThroughError;
    expect(error.name).toBe(name);
    return [[name, error.code]];
  });
  const byName = (one: unknown[], other: unknown[]): number =>
    String(one[0]).localeCompare(String(other[0]));
  expect(exported.toSorted(byName)).toEqual(documented.toSorted(byName));
});
