import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameOf } from "../row-key.ts";
import { NearCache } from "./near-cache.ts";

const textBytes = 700;
/** With what an entry costs beside its text. */
const entryBytes = 1000;

function put(near: NearCache, key: string, value: unknown = key, bytes: number = textBytes): void {
  const ticket = near.begin(key);
  near.insert(ticket, value, bytes);
  near.end(ticket);
}

function get(near: NearCache, key: string): unknown {
  const { table, id } = nameOf(key);
  return near.get(table, id);
}

function kept(near: NearCache, keys: readonly string[]): string[] {
  return keys.filter((key) => get(near, key) !== undefined);
}

describe("what is kept", () => {
  it("is found by its table and its id alone", () => {
    const near = new NearCache(10 * entryBytes);
    put(near, "post:1", "post");
    put(near, "user:1", "user");
    expect([near.get("post", "1"), near.get("user", "1"), near.get("user", "2")]).toEqual([
      "post",
      "user",
      undefined,
    ]);
  });

  it("is counted by bytes, once a key", () => {
    const near = new NearCache(10 * entryBytes);
    put(near, "t:a", "old");
    put(near, "t:a", "new");
    put(near, "t:b");
    expect(get(near, "t:a")).toBe("new");
    expect([near.size, near.bytes]).toEqual([2, 2 * entryBytes]);
    near.drop(["t:a", "t:nobody"]);
    expect([near.size, near.bytes]).toEqual([1, entryBytes]);
    near.clear();
    expect([near.size, near.bytes]).toEqual([0, 0]);
  });

  it("makes room by the oldest", () => {
    const near = new NearCache(3 * entryBytes);
    for (const key of ["t:a", "t:b", "t:c", "t:d"]) put(near, key);
    expect(kept(near, ["t:a", "t:b", "t:c", "t:d"])).toEqual(["t:b", "t:c", "t:d"]);
  });

  it("gives an entry that was read a second chance, and only one", () => {
    const near = new NearCache(3 * entryBytes);
    for (const key of ["t:a", "t:b", "t:c"]) put(near, key);
    get(near, "t:a");
    put(near, "t:d");
    put(near, "t:e");
    expect(near.size).toBe(3);
    put(near, "t:f");
    put(near, "t:g");
    expect(kept(near, ["t:a", "t:b", "t:c", "t:d", "t:e", "t:f", "t:g"])).toEqual([
      "t:e",
      "t:f",
      "t:g",
    ]);
  });

  it("is never more than fits, and nothing when nothing may be kept", () => {
    const none = new NearCache(0);
    put(none, "t:a", "a", 0);
    expect([none.size, none.bytes]).toEqual([0, 0]);
    const small = new NearCache(2 * entryBytes);
    put(small, "t:a");
    put(small, "t:large", "large", 2 * entryBytes);
    expect(kept(small, ["t:a", "t:large"])).toEqual(["t:a"]);
  });

  it("is within its bound, and counted right, whatever is done to it", () => {
    const key = fc.constantFrom("t:a", "t:b", "t:c", "t:d", "t:e");
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
          } else if ("get" in each) get(near, each.get);
          else near.drop(each.drop);
        }
        const present = kept(near, ["t:a", "t:b", "t:c", "t:d", "t:e"]);
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
    const [one, other, unrelated] = [near.begin("t:a"), near.begin("t:a"), near.begin("t:b")];
    near.drop(["t:a"]);
    for (const ticket of [one, other, unrelated]) near.insert(ticket, "old", textBytes);
    expect(kept(near, ["t:a", "t:b"])).toEqual(["t:b"]);
  });

  it("keeps nothing when all was dropped meanwhile", () => {
    const near = new NearCache(10 * entryBytes);
    const tickets = [near.begin("t:a"), near.begin("t:b")];
    near.clear();
    for (const ticket of tickets) near.insert(ticket, "old", textBytes);
    expect(near.size).toBe(0);
  });

  it("that began after the drop keeps its answer", () => {
    const near = new NearCache(10 * entryBytes);
    const early = near.begin("t:a");
    near.drop(["t:a"]);
    put(near, "t:a", "new");
    near.insert(early, "old", textBytes);
    near.end(early);
    expect(get(near, "t:a")).toBe("new");
  });

  it("that has ended is not marked any more, and ends twice without harm", () => {
    const near = new NearCache(10 * entryBytes);
    const ticket = near.begin("t:a");
    near.end(ticket);
    near.end(ticket);
    near.drop(["t:a"]);
    expect(ticket.isMarked).toBe(false);
  });
});
