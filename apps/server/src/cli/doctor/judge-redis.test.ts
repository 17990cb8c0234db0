import { expect, it } from "vitest";
import { judgeRedis } from "./judge-redis.ts";

const facts = {
  kind: "answered",
  version: "7.2.4",
  isAppendOnly: false,
  isSavingFailing: false,
  clock: { askedAtMs: 0, timeMs: 0, answeredAtMs: 0 },
} as const;

it("tells of a Redis that the cache can trust, and that persistence is not needed", () => {
  expect(judgeRedis(facts, undefined)).toMatchObject([{ state: "ok" }]);
  const [appendOnly] = judgeRedis({ ...facts, isAppendOnly: true }, undefined);
  expect(appendOnly).toMatchObject({
    state: "ok",
    message: expect.stringContaining("append-only"),
  });
});

it("tells of all that is wrong at once", () => {
  expect(
    judgeRedis({ ...facts, isSavingFailing: true }, "This Redis is a replica: use its master"),
  ).toMatchObject([
    { state: "error", remedy: "This Redis is a replica: use its master." },
    { state: "error", message: expect.stringContaining("can not write to its disk") },
  ]);
});
