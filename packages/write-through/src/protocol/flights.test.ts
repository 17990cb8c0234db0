import { describe, expect, it } from "vitest";
import { Flights } from "./flights.ts";

interface Load {
  readonly result: Promise<string>;
  finish(value: string): void;
  fail(error: Error): void;
}

/** A load that is under way until the test says otherwise. */
function pendingLoad(): Load {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { result: promise, finish: resolve, fail: reject };
}

describe("flights", () => {
  it("shares the next load among all who come while one runs, and never the running one", async () => {
    const flights = new Flights<string>();
    const loads = [pendingLoad(), pendingLoad()] as const;
    let started = 0;
    const load = (): Promise<string> => {
      const { result } = loads[started] ?? pendingLoad();
      started += 1;
      return result;
    };

    const first = flights.join("k", load);
    const others = [flights.join("k", load), flights.join("k", load), flights.join("k", load)];
    expect(started).toBe(1);
    loads[0].finish("old");
    expect(await first).toBe("old");
    loads[1].finish("new");
    expect(await Promise.all(others)).toEqual(["new", "new", "new"]);
    expect(started).toBe(2);
  });

  it("starts the next load although the running one fails, and tells each caller of its own", async () => {
    const flights = new Flights<string>();
    const failing = pendingLoad();
    const first = flights.join("k", () => failing.result);
    const second = flights.join("k", () => Promise.resolve("well"));
    failing.fail(new Error("lost"));
    await expect(first).rejects.toThrow("lost");
    expect(await second).toBe("well");
  });

  it("keeps keys apart", async () => {
    const flights = new Flights<string>();
    const running = pendingLoad();
    const one = flights.join("a", () => running.result);
    expect(await flights.join("b", () => Promise.resolve("b"))).toBe("b");
    running.finish("a");
    expect(await one).toBe("a");
  });
});
