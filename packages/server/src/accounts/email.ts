import { z } from "zod";
import { plainText } from "../text-rules.ts";

/**
 * Local part of at most 64 characters, then a host name of at least two labels of at most 63. ASCII
 * only: an international domain comes in its A-label form (`xn--...`), which no homograph can hide
 * in. No quoted local parts, no comments, no address literals.
 */
const addressPattern =
  /^(?=[^@]{1,64}@)[a-z0-9_'+-]+(?:\.[a-z0-9_'+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/;

const asciiPattern = /^[\x21-\x7e]*$/;

/**
 * An email address in canonical form. It is lowered here, once, before anything looks at it, so
 * that two spellings are one account; dots and `+tags` stay, for they can be other mailboxes.
 * Blanks around it are refused, not trimmed. At most 254 characters (RFC 5321, 4.5.3.1).
 */
export const emailSchema = plainText(254, "The email")
  // toLowerCase() turns a few other letters into ASCII: the Kelvin sign becomes a k.
  .refine(
    (value) => asciiPattern.test(value),
    "The email can have no blanks, and no letters but A to Z.",
  )
  .toLowerCase()
  .pipe(
    z.email({
      pattern: addressPattern,
      error: "The email must be an address like ada@example.com.",
    }),
  );
