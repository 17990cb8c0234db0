import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a compiler has to do for a router of so many procedures and a client of it. */
export interface TypeCost {
  /** Types that were made from generic ones. */
  readonly instantiations: number;
  /** Of the router's declarations. */
  readonly declarationBytes: number;
}

const procedureCount = 60;

const plainRouter = `import { initTRPC } from "@trpc/server";
import { z } from "zod";
const t = initTRPC.context<{ user: { id: string } }>().create();
const signedIn = t.procedure;
export const appRouter = t.router({
PROCEDURES
});
export type AppRouter = typeof appRouter;
`;

const ourRouter = `import type { Auth, AuthContext } from "@portcullis/server";
import { initTRPC } from "@trpc/server";
import { z } from "zod";
declare const auth: Auth;
const t = initTRPC.context<AuthContext>().create({ errorFormatter: auth.formatError });
const signedIn = t.procedure.concat(auth.signedIn);
export const appRouter = t.router({
  auth: auth.router,
PROCEDURES
});
export type AppRouter = typeof appRouter;
`;

const plainClient = `import { createTRPCClient, httpBatchLink } from "@trpc/client";
import type { AppRouter } from "./router.ts";
const api = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: "/trpc" })] });
export const answer = await api.p1.query({ id: "a", count: 1 });
`;

const ourClient = `import { createPortcullisClient } from "@portcullis/client";
import type { AppRouter } from "./router.ts";
const { api } = createPortcullisClient<AppRouter>({ url: "/trpc" });
export const answer = await api.p1.query({ id: "a", count: 1 });
`;

/** Compiles the same router and client on tRPC alone and with ours, in a project that has both installed. */
export function measureTypeCosts(project: string): {
  readonly plain: TypeCost;
  readonly ours: TypeCost;
} {
  return {
    plain: measure(join(project, "plain"), plainRouter, plainClient),
    ours: measure(join(project, "ours"), ourRouter, ourClient),
  };
}

function measure(folder: string, router: string, client: string): TypeCost {
  mkdirSync(folder);
  writeFileSync(join(folder, "router.ts"), router.replace("PROCEDURES", procedures()));
  writeFileSync(join(folder, "client.ts"), client);
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024", "esnext.disposable", "dom", "dom.iterable"],
    module: "nodenext",
    strict: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: "out",
    types: ["node"],
  };
  const config = { compilerOptions, files: ["router.ts", "client.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  // On several threads the same type is made more than once, and not always as often.
  const args = ["-p", folder, "--extendedDiagnostics", "--singleThreaded", "--pretty", "false"];
  const printed = execFileSync("tsc", args, { encoding: "utf8" });
  return {
    instantiations: Number(/Instantiations:\s+(\d+)/.exec(printed)?.[1]),
    declarationBytes: readFileSync(join(folder, "out/router.d.ts")).byteLength,
  };
}

function procedures(): string {
  const names = Array.from({ length: procedureCount }, (_, index) => `p${index}`);
  return names
    .map((name, index) => procedure(name, index % 2 === 0 ? "mutation" : "query"))
    .join("\n");
}

function procedure(name: string, kind: "mutation" | "query"): string {
  return `  ${name}: signedIn
    .input(z.strictObject({ id: z.string(), count: z.number() }))
    .${kind}(({ input }) => ({ id: input.id, items: [{ at: input.count, name: "x" }] })),`;
}
