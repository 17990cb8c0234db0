import { z } from "zod";
import { boundedText, lowerCaseUuidSchema } from "../text-rules.ts";

const yearMs = 365 * 86_400_000;
const banLengthMaxMs = 10 * yearMs;

/**
 * Makes the input of `auth.admin.users.ban`.
 *
 * @param now milliseconds since 1970, which a ban has to end after: `Date.now` in a page.
 */
export function createBanInput(now: () => number) {
  return z.strictObject({
    userId: lowerCaseUuidSchema,
    reason: boundedText("The reason", { maxCodePoints: 500, maxLength: 1000 }, (reason) =>
      reason.trim(),
    ),
    expiresAt: utcTimeSchema
      .refine((text) => {
        const lengthMs = Date.parse(text) - now();
        return lengthMs > 0 && lengthMs <= banLengthMaxMs;
      }, "The end must lie in the future, at most 10 years ahead.")
      .optional(),
  });
}

const noTime = "The end must be a time in UTC like 2030-01-31T12:00:00Z.";
const utcTimeSchema = z
  .string(noTime)
  .max(40, { abort: true, error: noTime })
  .check(z.iso.datetime({ abort: true, error: noTime }));
