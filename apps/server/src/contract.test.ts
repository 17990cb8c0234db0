import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { describe, expectTypeOf, it } from "vitest";
import type { BuiltAppRouter } from "./app-router.ts";
import type { AppRouter } from "./contract.ts";

// `AppRouter` is written by hand; the compiler compares it here with the router that is served.
describe("the contract", () => {
  it("takes and gives what the router does", () => {
    expectTypeOf<inferRouterInputs<AppRouter>>().toEqualTypeOf<inferRouterInputs<BuiltAppRouter>>();
    expectTypeOf<inferRouterOutputs<AppRouter>>().toEqualTypeOf<
      inferRouterOutputs<BuiltAppRouter>
    >();
  });

  it("says that an author may be gone", () => {
    type Post = inferRouterOutputs<BuiltAppRouter>["posts"]["byId"];
    expectTypeOf<Post["authorName"]>().toEqualTypeOf<string | null>();
  });

  it("names each procedure a query or a mutation, as the router does", () => {
    expectTypeOf<BuiltAppRouter["_def"]["record"]>().toExtend<AppRouter["_def"]["record"]>();
    expectTypeOf<keyof BuiltAppRouter["_def"]["record"]>().toEqualTypeOf<
      keyof AppRouter["_def"]["record"]
    >();
  });

  it("describes errors as they are formatted", () => {
    type Types<Router extends AppRouter | BuiltAppRouter> = Router["_def"]["_config"]["$types"];
    expectTypeOf<Types<BuiltAppRouter>["errorShape"]>().toExtend<Types<AppRouter>["errorShape"]>();
    expectTypeOf<Types<BuiltAppRouter>["transformer"]>().toEqualTypeOf<false>();
  });
});
