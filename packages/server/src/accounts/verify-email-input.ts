import { z } from "zod";
import { presentedPasswordSchema } from "../passwords/password-schema.ts";
import { opaqueTokenSchema } from "../tokens/opaque-token-schema.ts";

/** The input of `auth.verifyEmail`: the token of the mail, and the password of the registration. */
export const verifyEmailInput = z.strictObject({
  token: opaqueTokenSchema,
  password: presentedPasswordSchema,
});
