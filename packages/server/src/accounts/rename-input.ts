import { z } from "zod";
import { displayNameSchema } from "./display-name.ts";

/** The input of `auth.account.rename`. */
export const renameInput = z.strictObject({ name: displayNameSchema });
