import { z } from "zod";
import { emailSchema } from "./email.ts";

/** The input of `auth.account.changeEmail`. */
export const changeEmailInput = z.strictObject({ email: emailSchema });
