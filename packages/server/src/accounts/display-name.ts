import { boundedText } from "../text-rules.ts";

/** A name to show: NFC, without blanks around it, 1 to 100 code points, on one line. */
export const displayNameSchema = boundedText(
  "The name",
  { maxCodePoints: 100, maxLength: 400 },
  (name) => name.normalize("NFC").trim(),
).refine(
  (name) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name),
  "The name must be on one line, without control characters.",
);
