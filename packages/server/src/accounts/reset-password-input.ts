import { z } from "zod";
import { newPasswordSchema } from "../passwords/password-schema.ts";
import { opaqueTokenSchema } from "../tokens/opaque-token-schema.ts";

/**
 * The input of `auth.resetPassword`: the token of the mail, and the password to be set. Whether it is
 * easy to guess is judged by the server only.
 */
export const resetPasswordInput = z.strictObject({
  token: opaqueTokenSchema,
  newPassword: newPasswordSchema,
});
