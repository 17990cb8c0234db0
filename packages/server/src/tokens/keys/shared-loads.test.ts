import { expect, test } from "vitest";
import { shareLoads } from "./shared-loads.ts";

/** Loads that a test ends one by one. */
function createSource() {
  const begun: PromiseWithResolvers<number>[] = [];
  const load = shareLoads(() => {
    const answer = Promise.withResolvers<number>();
    begun.push(answer);
    return answer.promise;
  });
  const hasBegun = (count: number): Promise<void> => expect.poll(() => begun.length).toBe(count);
  return { begun, load, hasBegun };
}

test("calls at one time share a load, and calls during it share the next", async () => {
  const { begun, load, hasBegun } = createSource();
  const first = [load(), load()];
  await hasBegun(1);
  const second = [load(), load()];
  begun[0]?.resolve(1);
  expect(await Promise.all(first)).toEqual([1, 1]);
  await hasBegun(2);
  begun[1]?.resolve(2);
  expect(await Promise.all(second)).toEqual([2, 2]);
  expect(begun).toHaveLength(2);
});

test("a load that fails fails for those who share it, and not for the next", async () => {
  const { begun, load, hasBegun } = createSource();
  const first = Promise.allSettled([load(), load()]);
  await hasBegun(1);
  const second = load();
  begun[0]?.reject(new Error("down"));
  expect((await first).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await hasBegun(2);
  begun[1]?.resolve(2);
  expect(await second).toBe(2);
});
