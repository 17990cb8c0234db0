import { initTRPC } from "@trpc/server";
import { expect, it } from "vitest";
import { findPlainCalls } from "./plain-calls.ts";

const { router, procedure } = initTRPC.create();
const isPlainCall = findPlainCalls(
  router({
    posts: router({
      list: procedure.query(() => []),
      create: procedure.mutation(() => "made"),
      onChange: procedure.subscription(async function* () {
        yield 1;
      }),
    }),
  }),
);

it.each(["posts.list", "posts.create", "posts.list,posts.list"])(
  "%s is no event stream",
  (path) => {
    expect(isPlainCall(path)).toBe(true);
  },
);

it.each([
  "posts.onChange",
  "posts.list,posts.onChange",
  "posts%2EonChange",
  "posts%2Elist",
  "constructor",
  "",
  ",",
])("%j may be one", (path) => {
  expect(isPlainCall(path)).toBe(false);
});
