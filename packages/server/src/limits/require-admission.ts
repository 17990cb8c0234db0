import type { AuthContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { AccountLimitName, LimitedProcedure } from "./limit-table.ts";
import type { PasswordTry } from "./limiter.ts";

/** What limits know a call by: most have no limit of their own. */
export type LimitedCall = LimitedProcedure | "other";

/** Compares the password, and is to be told when it was right. */
type PasswordTicket = Extract<PasswordTry, { kind: "admitted" }>;

/** Counts a call. @throws PortcullisError `rate_limited` */
export async function admitCall(parts: Parts, ctx: AuthContext, call: LimitedCall): Promise<void> {
  // Its calls are the application's own, of a request that it has let in.
  if (ctx.transport === "server") return;
  const admission = await parts.limiter.admitCall(call, ctx.address);
  if (admission.kind === "refused") throw rateLimited(parts, ctx, admission);
}

/** Counts a call that does something to an account, or to a mailbox. @throws PortcullisError `rate_limited` */
export async function admitForAccount(
  parts: Parts,
  ctx: AuthContext,
  limit: AccountLimitName,
  email: string,
): Promise<void> {
  const admission = await parts.limiter.admitForAccount(limit, email, ctx.address);
  if (admission.kind === "refused") throw rateLimited(parts, ctx, admission);
}

/**
 * Counts a try of an account's password, before it is compared. The ticket compares it, and is to be
 * told when it was right.
 *
 * @throws PortcullisError `rate_limited`
 */
export async function admitPasswordTry(
  parts: Parts,
  ctx: AuthContext,
  email: string,
): Promise<PasswordTicket> {
  const admission = await parts.limiter.admitPasswordTry(email, ctx.address);
  if (admission.kind === "refused") throw rateLimited(parts, ctx, admission);
  return admission;
}

/** Notes that a limit is reached, and makes the error that says so. */
export function rateLimited(
  parts: Parts,
  ctx: AuthContext,
  { limit, retryAfterSeconds }: { readonly limit: string; readonly retryAfterSeconds: number },
): PortcullisError {
  parts.report({ kind: "rate_limited", requestId: ctx.requestId, limit });
  ctx.resHeaders.set("retry-after", String(retryAfterSeconds));
  return new PortcullisError("rate_limited", { facts: { retryAfterSeconds } });
}
