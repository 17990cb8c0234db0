import { initTRPC } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";
import { startWorld } from "../../test/start-auth.ts";
import type { TestNode, TestWorld } from "../../test/start-auth.ts";
import { insertSignedIn } from "../../test/valid-calls.ts";
import type { AuthContext, ErrorShape, SignedIn } from "../index.ts";
import { InvalidAuthOptionsError } from "../start-errors.ts";

let world: TestWorld;
let node: TestNode;

beforeAll(async () => {
  world = await startWorld({
    auth: {
      roles: {
        permissions: ["posts:moderate"],
        custom: { moderator: ["posts:moderate"] },
      },
    },
  });
  [node] = world.nodes;
});
afterAll(() => world[Symbol.asyncDispose]());

/** An application with a procedure of its own behind a permission of its own. */
function createApp() {
  const t = initTRPC
    .context<AuthContext & { tenant: string }>()
    .create({ errorFormatter: node.auth.formatError, isDev: false });
  return t.router({
    moderate: t.procedure.concat(node.auth.permitted("posts:moderate")).mutation(({ ctx }) => {
      expectTypeOf(ctx.auth).toEqualTypeOf<SignedIn>();
      expectTypeOf(ctx.tenant).toEqualTypeOf<string>();
      return `${ctx.auth.user.role} of ${ctx.tenant}`;
    }),
  });
}

async function moderate(token?: string): Promise<{ data?: unknown; error?: ErrorShape["data"] }> {
  const headers = {
    "content-type": "application/json",
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const response = await fetchRequestHandler({
    endpoint: "/trpc",
    router: createApp(),
    req: new Request("http://api.test/trpc/moderate", { method: "POST", headers }),
    createContext: async (request) => ({
      ...(await node.auth.createContext(request)),
      tenant: "acme",
    }),
  });
  const body = (await response.json()) as { result?: { data: unknown }; error?: ErrorShape };
  return { data: body.result?.data, ...(body.error && { error: body.error.data }) };
}

test("V8.2.1 an application's procedure runs for the roles that permit it, and is denied to others", async () => {
  for (const role of ["moderator", "admin"]) {
    const { tokens } = await insertSignedIn(node, role);
    expect(await moderate(tokens.accessToken)).toEqual({ data: `${role} of acme` });
  }
  const { id, tokens } = await insertSignedIn(node);
  expect(await moderate(tokens.accessToken)).toMatchObject({
    error: { reason: "permission_denied", httpStatus: 403, permission: "posts:moderate" },
  });
  expect(node.events.at(-1)).toMatchObject({
    kind: "permission_denied",
    outcome: "refused",
    actorId: id,
    details: { permission: "posts:moderate" },
  });
  expect(await moderate()).toMatchObject({ error: { reason: "unauthenticated" } });
});

test("V8.2.1 a permission that is in no table is refused where the procedure is built", () => {
  for (const permission of ["post:moderate", "posts:moderate ", "", "admin", "__proto__"]) {
    expect(() => node.auth.permitted(permission)).toThrow(InvalidAuthOptionsError);
  }
});
