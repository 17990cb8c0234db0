import { z } from "zod";
import { presentedPasswordSchema } from "../passwords/password-schema.ts";
import { refreshTokenPlaceSchema } from "./refresh-token-place-schema.ts";

/** The input of `auth.confirm`, which enters the password again. */
export const confirmInput = z.strictObject({
  password: presentedPasswordSchema,
  refreshTokenIn: refreshTokenPlaceSchema,
});
