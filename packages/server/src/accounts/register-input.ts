import { z } from "zod";
import { newPasswordSchema } from "../passwords/password-schema.ts";
import { displayNameSchema } from "./display-name.ts";
import { emailSchema } from "./email.ts";

/**
 * The input of `auth.register`. Whether the password is easy to guess is judged by the server only.
 */
export const registerInput = z.strictObject({
  email: emailSchema,
  password: newPasswordSchema,
  name: displayNameSchema,
});
