import type { AnyRouter } from "@trpc/server";

/**
 * Tells from the path below `/trpc/` whether all procedures that it names are queries or mutations, so
 * that the answer is no event stream. Of a path that cannot be read, or names others too, it says no.
 */
export function findPlainCalls({ _def: { procedures } }: AnyRouter): (path: string) => boolean {
  const plain = new Set(
    Object.entries(procedures as Record<string, { _def: { type: string } }>)
      .filter(([, procedure]) => procedure._def.type !== "subscription")
      .map(([name]) => name),
  );
  return (path) =>
    plain.has(path) || (path.includes(",") && path.split(",").every((name) => plain.has(name)));
}
