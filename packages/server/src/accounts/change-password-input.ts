import { z } from "zod";
import { newPasswordSchema, presentedPasswordSchema } from "../passwords/password-schema.ts";
import { refreshTokenPlaceSchema } from "../sessions/refresh-token-place-schema.ts";

/**
 * The input of `auth.account.changePassword`; the two passwords have to differ. Whether the new one
 * is easy to guess, and the current one right, is judged by the server only.
 */
export const changePasswordInput = z
  .strictObject({
    currentPassword: presentedPasswordSchema,
    newPassword: newPasswordSchema,
    refreshTokenIn: refreshTokenPlaceSchema,
  })
  .refine((input) => input.newPassword !== input.currentPassword, {
    path: ["newPassword"],
    message: "The new password must be another than the current one.",
  });
