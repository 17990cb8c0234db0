import { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { Origin } from "../audit/audit-event.ts";
import type { SignedInContext } from "../context/auth-context.ts";
import type { UserSummary } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { codePoints, lowerCaseUuidSchema, plainText } from "../text-rules.ts";
import { actOnUser } from "./act-on-user.ts";
import type { AuditedChange } from "./audited-change.ts";
import { summarizeUser } from "./user-summary.ts";

const reasonLengthMax = 500;
const yearMs = 365 * 86_400_000;
const banLengthMaxMs = 10 * yearMs;

/** @param now milliseconds since 1970, which a ban has to end after. */
export function createBanInput(now: () => number) {
  return z.strictObject({
    userId: lowerCaseUuidSchema,
    reason: plainText(2 * reasonLengthMax)
      .overwrite((reason) => reason.trim())
      .refine(
        (reason) => codePoints(reason) >= 1 && codePoints(reason) <= reasonLengthMax,
        `must have 1 to ${reasonLengthMax} characters`,
      ),
    expiresAt: z.iso
      .datetime()
      .max(40)
      .refine((text) => {
        const lengthMs = Date.parse(text) - now();
        return lengthMs > 0 && lengthMs <= banLengthMaxMs;
      }, "must lie in the future, at most 10 years ahead")
      .optional(),
  });
}

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
