import type { ValueSchema } from "../cached-table.ts";

/** What a stored text turned out to be. */
export type Decoded<Value> =
  | { readonly kind: "present"; readonly value: Value }
  | { readonly kind: "absent" }
  | { readonly kind: "corrupt" };

/** The text that is stored for a row, or for there being none. It names its key. */
export function encode(key: string, value: unknown): string {
  return JSON.stringify(value === undefined ? { key } : { key, value });
}

/** Reads a stored text back; whatever this package did not write for that key is corrupt. */
export function decode<Value>(
  key: string,
  text: string,
  schema: ValueSchema<Value>,
): Decoded<Value> {
  try {
    const stored: unknown = JSON.parse(text);
    if (typeof stored !== "object" || stored === null) return { kind: "corrupt" };
    if (!("key" in stored) || stored.key !== key) return { kind: "corrupt" };
    if (!("value" in stored)) return { kind: "absent" };
    return { kind: "present", value: deeplyFrozen(schema.parse(stored.value)) };
  } catch {
    return { kind: "corrupt" };
  }
}

/** Callers share the values, so none may change them. A schema may have frozen the outermost part. */
function deeplyFrozen<Value>(value: Value, seen: Set<object> = new Set()): Value {
  if (typeof value !== "object" || value === null || seen.has(value)) return value;
  seen.add(Object.freeze(value));
  for (const part of Object.values(value)) deeplyFrozen(part, seen);
  return value;
}
