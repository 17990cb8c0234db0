import type { AnyRouter, ProcedureType } from "@trpc/server";

/** The paths of a router's procedures of these types. */
export function procedureNames(
  { _def: { procedures } }: AnyRouter,
  ...types: readonly ProcedureType[]
): ReadonlySet<string> {
  const all = Object.entries(procedures as Record<string, { _def: { type: ProcedureType } }>);
  return new Set(
    all.filter(([, procedure]) => types.includes(procedure._def.type)).map(([name]) => name),
  );
}
