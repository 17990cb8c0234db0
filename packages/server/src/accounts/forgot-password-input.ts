import { z } from "zod";
import { emailSchema } from "./email.ts";

/** The input of `auth.forgotPassword`. */
export const forgotPasswordInput = z.strictObject({ email: emailSchema });
