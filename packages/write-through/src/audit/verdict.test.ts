import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verdictOf, type Look } from "./verdict.ts";

const [old, current, other] = [{ title: "v1" }, { title: "v2" }, { title: "v3" }];
const same: Look = { cached: current, primary: { ...current } };
const stale: Look = { cached: old, primary: current };

describe("a verdict", () => {
  it("is agreement when the first look sees one value, whichever order its parts have", () => {
    expect(verdictOf(same)).toBe("agrees");
    expect(verdictOf({ cached: { a: 1, b: 2 }, primary: { b: 2, a: 1 } })).toBe("agrees");
    expect(verdictOf({ cached: undefined, primary: undefined })).toBe("agrees");
  });

  it("asks for three looks before it says that they differ", () => {
    expect(verdictOf(stale)).toBe("look_again");
    expect(verdictOf(stale, stale)).toBe("look_again");
    expect(verdictOf(stale, stale, stale)).toBe("differs");
  });

  it("takes a row that the cache has and Postgres has not for a difference, and the reverse", () => {
    const extra = { cached: old, primary: undefined };
    expect(verdictOf(extra, extra, extra)).toBe("differs");
    const missing = { cached: undefined, primary: old };
    expect(verdictOf(missing, missing, missing)).toBe("differs");
  });

  it("cannot tell when the cache has moved on, or Postgres has", () => {
    expect(verdictOf(stale, same)).toBe("changing");
    expect(verdictOf(stale, { cached: current, primary: other })).toBe("changing");
    expect(verdictOf(stale, { cached: old, primary: other })).toBe("changing");
    expect(verdictOf(stale, stale, { cached: old, primary: old })).toBe("changing");
  });
});

/** Looks at a cache that is always right, while the row gets a new value now and then. */
function looksAtRightCache(changes: readonly boolean[]): Look[] {
  let version = 0;
  const next = (isChanged: boolean | undefined): number => (version += isChanged === true ? 1 : 0);
  return [0, 1, 2].map((look) => ({
    cached: next(changes[2 * look]),
    primary: next(changes[2 * look + 1]),
  }));
}

it("never accuses a cache that is right, whenever its row gets a new value", () => {
  const changes = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(changes, (changed) => {
      const looks = looksAtRightCache(changed);
      for (const count of [1, 2, 3]) {
        const [first, ...later] = looks.slice(0, count) as [Look, ...Look[]];
        expect(verdictOf(first, ...later)).not.toBe("differs");
      }
    }),
  );
});
