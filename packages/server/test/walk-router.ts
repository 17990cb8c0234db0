import type { AnyTRPCProcedure } from "@trpc/server";
import type { z } from "zod";
import type { Auth } from "../src/index.ts";

/** A procedure as it is in the router. */
export interface WalkedProcedure {
  readonly path: string;
  readonly type: "query" | "mutation";
  /** The schemas of its input; each has to take it. */
  readonly inputs: readonly z.ZodType[];
}

/** Every procedure of the router, by what tRPC runs and not by what we say of it. */
export function walkRouter(router: Auth["router"]): WalkedProcedure[] {
  const { procedures } = definitionOf(router as unknown as Built<{ procedures: Procedures }>);
  return Object.entries(procedures).map(([path, procedure]) => {
    const { type, inputs } = definitionOf(procedure);
    if (type === "subscription") throw new TypeError(`${path} is of a type the tests do not know`);
    return { path, type, inputs: inputs as readonly z.ZodType[] };
  });
}

interface Built<Definition> {
  readonly _def: Definition;
}

type Procedures = Record<
  string,
  Built<Pick<AnyTRPCProcedure["_def"], "type"> & { inputs: unknown }>
>;

const definitionOf = <Definition>({ _def }: Built<Definition>): Definition => _def;
