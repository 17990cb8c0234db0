import type { Operation } from "@trpc/client";
import type { AccessToken } from "./token-set.ts";

// A link that logs an operation logs its context too: so the context carries an object that says
// nothing, and the token is looked up by it.
const tokens = new WeakMap<object, { readonly access: AccessToken | undefined }>();
const key = "portcullis";

/** The call, for which {@link accessOf} finds the token further down the chain. */
export function withTicket(op: Operation, access: AccessToken | undefined): Operation {
  const ticket = Object.freeze({});
  tokens.set(ticket, { access });
  return { ...op, context: { ...op.context, [key]: ticket } };
}

/** @throws Error when calls of different tokens are to share a request. */
export function accessOf(ops: readonly Operation[]): AccessToken | undefined {
  const found = new Set(ops.map((op) => tokens.get(op.context[key] as object)?.access));
  if (found.size > 1) throw new Error("Calls of different sessions can not share a request.");
  return found.values().next().value;
}
