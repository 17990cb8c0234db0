import { initTRPC } from "@trpc/server";
import type { AnyTRPCProcedure, inferTRPCClientTypes } from "@trpc/server";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { reasonOf, startWorld } from "../test/start-auth.ts";
import type { TestNode, TestWorld } from "../test/start-auth.ts";
import type { AuthContext, AuthRouter, SignedIn, TokenSet, User } from "./index.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld();
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

/** All procedures of the API. One that is added without a line here fails the first test. */
const access = {
  register: "open",
  login: "open",
  refresh: "open",
  logout: "signed in",
  logoutEverywhere: "signed in",
  me: "signed in",
  "sessions.list": "signed in",
  "sessions.revoke": "signed in",
} as const;

interface BuiltProcedure {
  readonly _def: Pick<AnyTRPCProcedure["_def"], "type" | "inputs">;
}

interface Walked {
  readonly path: string;
  readonly type: string;
  readonly inputs: readonly unknown[];
}

function walk(record: object, path: readonly string[] = []): Walked[] {
  return Object.entries(record).flatMap(([key, value]: [string, unknown]) => {
    const here = [...path, key];
    if (typeof value !== "function") return walk(value as object, here);
    const { type, inputs } = definitionOf(value as unknown as BuiltProcedure);
    return [{ path: here.join("."), type, inputs }];
  });
}

const definitionOf = <Definition>({ _def }: { readonly _def: Definition }): Definition => _def;

const procedures = (): Walked[] => walk(definitionOf(node.auth.router).record);

test("V8.2.1 every procedure says here who may call it", () => {
  expect(procedures().map(({ path }) => path)).toEqual(Object.keys(access));
});

test("V8.2.1 the procedures for signed-in users refuse strangers before they look at the input", async () => {
  for (const { path, type } of procedures()) {
    const answer =
      type === "query"
        ? await node.query(`auth.${path}`)
        : await node.mutate(`auth.${path}`, { nonsense: true });
    const isOpen = access[path as keyof typeof access] === "open";
    expect([path, reasonOf(answer)]).toEqual([path, isOpen ? "input_invalid" : "unauthenticated"]);
  }
});

/** The places of an input where a caller may send as much as they like. */
function unboundedPlaces(schema: z.core.JSONSchema.BaseSchema, place: string): string[] {
  switch (schema.type) {
    case "string":
      return schema.maxLength !== undefined && schema.maxLength <= 1024 ? [] : [place];
    case "object":
      return [
        ...(schema.additionalProperties === false ? [] : [`${place}: unknown fields`]),
        ...Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
          unboundedPlaces(property as z.core.JSONSchema.BaseSchema, `${place}.${key}`),
        ),
      ];
    default:
      return [`${place}: a kind this test does not know`];
  }
}

test("V2.1.1 every input has a bound in every field", () => {
  for (const { path, inputs } of procedures()) {
    const places = (inputs as readonly z.ZodType[]).flatMap((input) =>
      input instanceof z.ZodVoid
        ? []
        : unboundedPlaces(z.toJSONSchema(input, { io: "input" }), path),
    );
    expect([path, inputs.length, places]).toEqual([path, 1, []]);
  }
});

test("V14.2.1 what takes an input is a mutation: a query's input ends up in access logs", () => {
  const queries = procedures().filter(({ type }) => type === "query");
  expect(queries.map(({ path }) => path)).toEqual(["me", "sessions.list"]);
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
