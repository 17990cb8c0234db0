import { z } from "zod";
import { emailSchema } from "../accounts/email.ts";
import { presentedPasswordSchema } from "../passwords/password-schema.ts";
import { refreshTokenPlaceSchema } from "./refresh-token-place-schema.ts";

/** The input of `auth.login`. */
export const loginInput = z.strictObject({
  email: emailSchema,
  password: presentedPasswordSchema,
  refreshTokenIn: refreshTokenPlaceSchema,
});
