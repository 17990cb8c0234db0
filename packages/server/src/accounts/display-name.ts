import { codePoints, plainText } from "../text-rules.ts";

/** A name to show: NFC, without blanks around it, 1 to 100 code points, on one line. */
export const displayNameSchema = plainText(400)
  .overwrite((name) => name.normalize("NFC").trim())
  .refine(
    (name) => codePoints(name) >= 1 && codePoints(name) <= 100,
    "must have 1 to 100 characters",
  )
  .refine((name) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name), "has control characters");
