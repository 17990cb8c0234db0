import { expect, it } from "vitest";
import { unfitnessOf } from "./unfitness.ts";

const fit = {
  redis_version: "7.0.15",
  redis_mode: "standalone",
  maxmemory_policy: "volatile-lru",
  role: "master",
};

function infoOf(fields: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ ...fit, ...fields }).map(([name, value]) => `${name}:${value}`);
  return ["# Server", ...lines, "role_of_nobody:slave", ""].join("\r\n");
}

it.each([
  ["as it should be", {}],
  ["without evictions", { maxmemory_policy: "noeviction" }],
  ["much later", { redis_version: "10.2.0" }],
])("a Redis %s is fit", (_name, fields) => {
  expect(unfitnessOf(infoOf(fields))).toBeUndefined();
});

it("a Redis that tells nothing of itself is judged by what comes of it", () => {
  expect(unfitnessOf("")).toBeUndefined();
});

it.each([
  [{ redis_version: "6.2.14" }, "This Redis is version 6.2.14: use 7 or later, or Valkey"],
  [{ redis_mode: "cluster" }, "use a single master"],
  [{ role: "slave" }, "give the URL of its master"],
  [{ maxmemory_policy: "allkeys-lfu" }, "set it to volatile-lru"],
])("a Redis with %j is not, and it is said what to do", (fields, advice) => {
  expect(unfitnessOf(infoOf(fields))).toContain(advice);
});
