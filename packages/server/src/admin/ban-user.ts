import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { Origin } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { UserSummary } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { actOnUser } from "./act-on-user.ts";
import type { AuditedChange } from "./audited-change.ts";
import type { createBanInput } from "./ban-input.ts";
import { summarizeUser } from "./user-summary.ts";

type BanInput = z.output<ReturnType<typeof createBanInput>>;

/** Bans a user, for good or until a time. */
export async function banUser(
  parts: Parts,
  input: BanInput,
  ctx: SignedInContext,
): Promise<UserSummary> {
  const nowMs = parts.now();
  const action = { permission: "users:ban", toSelf: "denied" } as const;
  const change = changeOfBan(input, ctx, nowMs);
  return summarizeUser(await actOnUser(parts, ctx, input.userId, action, change), nowMs);
}

/**
 * The token version is raised in the same statement, so that the tokens of before do not come back
 * to life when the ban ends.
 */
export function changeOfBan(
  { reason, expiresAt }: Omit<BanInput, "userId">,
  origin: Origin,
  nowMs: number,
): AuditedChange {
  const expiresAtMs = expiresAt === undefined ? null : Date.parse(expiresAt);
  return {
    change: { ban: { bannedAtMs: nowMs, reason, expiresAtMs }, raiseTokenVersion: true },
    describe({ id: userId }) {
      const until = expiresAtMs === null ? null : new Date(expiresAtMs).toISOString();
      const details = { reason, expiresAt: until };
      return auditEvent("user_banned", origin, nowMs, details, { userId });
    },
  };
}
