import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NearCache } from "./near-cache.ts";

const textBytes = 700;
/** With what an entry costs beside its text. */
const entryBytes = 1000;

function put(near: NearCache, key: string, value: unknown = key, bytes: number = textBytes): void {
  const ticket = near.begin(key);
  near.insert(ticket, value, bytes);
  near.end(ticket);
}

function kept(near: NearCache, keys: readonly string[]): string[] {
  return keys.filter((key) => near.get(key) !== undefined);
}

describe("what is kept", () => {
  it("is counted by bytes, once a key", () => {
    const near = new NearCache(10 * entryBytes);
    put(near, "a", "old");
    put(near, "a", "new");
    put(near, "b");
    expect(near.get("a")).toBe("new");
    expect([near.size, near.bytes]).toEqual([2, 2 * entryBytes]);
    near.drop(["a", "nobody"]);
    expect([near.size, near.bytes]).toEqual([1, entryBytes]);
    near.clear();
    expect([near.size, near.bytes]).toEqual([0, 0]);
  });

  it("makes room by the oldest", () => {
    const near = new NearCache(3 * entryBytes);
    for (const key of ["a", "b", "c", "d"]) put(near, key);
    expect(kept(near, ["a", "b", "c", "d"])).toEqual(["b", "c", "d"]);
  });

  it("gives an entry that was read a second chance, and only one", () => {
    const near = new NearCache(3 * entryBytes);
    for (const key of ["a", "b", "c"]) put(near, key);
    near.get("a");
    put(near, "d");
    put(near, "e");
    expect(near.size).toBe(3);
    put(near, "f");
    put(near, "g");
    expect(kept(near, ["a", "b", "c", "d", "e", "f", "g"])).toEqual(["e", "f", "g"]);
  });

  it("is never more than fits, and nothing when nothing may be kept", () => {
    const none = new NearCache(0);
    put(none, "a", "a", 0);
    expect([none.size, none.bytes]).toEqual([0, 0]);
    const small = new NearCache(2 * entryBytes);
    put(small, "a");
    put(small, "large", "large", 2 * entryBytes);
    expect(kept(small, ["a", "large"])).toEqual(["a"]);
  });

  it("is within its bound, and counted right, whatever is done to it", () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e");
    const step = fc.oneof(
      fc.record({ put: key, bytes: fc.nat(2500) }),
      fc.record({ get: key }),
      fc.record({ drop: fc.array(key, { maxLength: 3 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const near = new NearCache(4000);
        const sizes = new Map<string, number>();
        for (const each of steps) {
          if ("put" in each) {
            put(near, each.put, each.put, each.bytes);
            sizes.set(each.put, each.bytes + 300);
          } else if ("get" in each) near.get(each.get);
          else near.drop(each.drop);
        }
        const present = kept(near, ["a", "b", "c", "d", "e"]);
        expect(near.size).toBe(present.length);
        expect(near.bytes).toBe(present.reduce((sum, each) => sum + (sizes.get(each) ?? 0), 0));
        expect(near.bytes).toBeLessThanOrEqual(4000);
      }),
    );
  });
});

describe("a read under way", () => {
  it("keeps nothing when its key was dropped meanwhile, nor do others of that key", () => {
    const near = new NearCache(10 * entryBytes);
    const [one, other, unrelated] = [near.begin("a"), near.begin("a"), near.begin("b")];
    near.drop(["a"]);
    for (const ticket of [one, other, unrelated]) near.insert(ticket, "old", textBytes);
    expect(kept(near, ["a", "b"])).toEqual(["b"]);
  });

  it("keeps nothing when all was dropped meanwhile", () => {
    const near = new NearCache(10 * entryBytes);
    const tickets = [near.begin("a"), near.begin("b")];
    near.clear();
    for (const ticket of tickets) near.insert(ticket, "old", textBytes);
    expect(near.size).toBe(0);
  });

  it("that began after the drop keeps its answer", () => {
    const near = new NearCache(10 * entryBytes);
    const early = near.begin("a");
    near.drop(["a"]);
    put(near, "a", "new");
    near.insert(early, "old", textBytes);
    near.end(early);
    expect(near.get("a")).toBe("new");
  });

  it("that has ended is not marked any more, and ends twice without harm", () => {
    const near = new NearCache(10 * entryBytes);
    const ticket = near.begin("a");
    near.end(ticket);
    near.end(ticket);
    near.drop(["a"]);
    expect(ticket.isMarked).toBe(false);
  });
});
