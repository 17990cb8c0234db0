import type { Operation } from "@trpc/client";
import type { Login } from "./login.ts";
import type { AccessToken } from "./token-set.ts";

interface Ticket {
  readonly access: AccessToken | undefined;
  /** The login in which the call began; undefined when nobody was signed in. */
  readonly login: Login | undefined;
}

// A link that logs an operation logs its context too: so the context carries an object that says
// nothing, and the token is looked up by it.
const tickets = new WeakMap<object, Ticket>();
const key = "portcullis";

/** The call, for which {@link accessOf} and {@link ticketOf} find its token and login further down the chain. */
export function withTicket(
  op: Operation,
  access: AccessToken | undefined,
  login: Login | undefined,
): Operation {
  const ticket = Object.freeze({});
  tickets.set(ticket, { access, login });
  return { ...op, context: { ...op.context, [key]: ticket } };
}

/** Undefined when the call did not come by the session's link. */
export function ticketOf({ context }: Pick<Operation, "context">): Ticket | undefined {
  return tickets.get(context[key] as object);
}

/** @throws Error when calls of different tokens are to share a request. */
export function accessOf(ops: readonly Operation[]): AccessToken | undefined {
  const found = new Set(ops.map((op) => ticketOf(op)?.access));
  if (found.size > 1) throw new Error("Calls of different sessions can not share a request.");
  return found.values().next().value;
}
