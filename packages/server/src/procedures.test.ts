import { initTRPC } from "@trpc/server";
import type { inferTRPCClientTypes } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { permissionMatrix } from "../test/permission-matrix.ts";
import { startWorld } from "../test/start-auth.ts";
import type { TestNode, TestWorld } from "../test/start-auth.ts";
import { walkRouter } from "../test/walk-router.ts";
import type { AuthContext, AuthRouter, SignedIn, TokenSet, User } from "./index.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

const definitionOf = <Definition>({ _def }: { readonly _def: Definition }): Definition => _def;

test("V14.2.1 no query takes a secret: a query's input ends up in access logs", () => {
  const queries = walkRouter(node.auth.router).filter(({ type }) => type === "query");
  const fields = queries.flatMap(({ path }) => permissionMatrix[path]?.input ?? [path]);
  expect(queries.map(({ path }) => path)).toContain("admin.users.list");
  expect([...new Set(fields)].toSorted()).toEqual([
    "cursor",
    "direction",
    "limit",
    "search",
    "userId",
  ]);
});

describe("types", () => {
  test("an application's procedure behind signedIn knows the user; one without does not", () => {
    const t = initTRPC
      .context<AuthContext & { tenant: string }>()
      .create({ errorFormatter: node.auth.formatError, isDev: false });
    const router = t.router({
      auth: node.auth.router,
      posts: t.router({
        create: t.procedure
          .concat(node.auth.signedIn)
          .input(z.strictObject({ title: z.string().max(100) }))
          .mutation(({ ctx, input }) => {
            expectTypeOf(ctx.auth).toEqualTypeOf<SignedIn>();
            expectTypeOf(ctx.auth.user).toEqualTypeOf<User>();
            expectTypeOf(ctx.tenant).toEqualTypeOf<string>();
            expectTypeOf(input).toEqualTypeOf<{ title: string }>();
            return ctx.auth.user.id;
          }),
        list: t.procedure.query(({ ctx }) => {
          expectTypeOf(ctx).not.toHaveProperty("auth");
          return [ctx.requestId];
        }),
      }),
    });
    type Caller = ReturnType<typeof router.createCaller>;
    expectTypeOf<Awaited<ReturnType<Caller["posts"]["create"]>>>().toEqualTypeOf<string>();
    expectTypeOf<Awaited<ReturnType<Caller["auth"]["login"]>>>().toEqualTypeOf<TokenSet>();
    expect(Object.keys(definitionOf(router).procedures)).toContain("auth.sessions.revoke");
  });

  test("the router's type says nothing of our context", () => {
    expectTypeOf<inferTRPCClientTypes<AuthRouter>["errorShape"]["data"]["reason"]>().not.toBeAny();
    expectTypeOf<AuthRouter["_def"]["_config"]["$types"]["ctx"]>().toEqualTypeOf<object>();
  });
});
