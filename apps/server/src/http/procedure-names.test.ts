import { initTRPC } from "@trpc/server";
import { expect, it } from "vitest";
import { procedureNames } from "./procedure-names.ts";

const { router, procedure } = initTRPC.create();
const nested = router({
  posts: router({
    list: procedure.query(() => []),
    create: procedure.mutation(() => "made"),
    onChange: procedure.subscription(async function* () {
      yield 1;
    }),
  }),
  ping: procedure.query(() => "pong"),
});

it("names the procedures of a type by their paths", () => {
  expect([...procedureNames(nested, "query")]).toEqual(["posts.list", "ping"]);
});

it("names those of several types", () => {
  const names = procedureNames(nested, "query", "mutation");
  expect([...names].toSorted()).toEqual(["ping", "posts.create", "posts.list"]);
});

it("knows no name that every object has", () => {
  expect(procedureNames(nested, "query").has("constructor")).toBe(false);
});
