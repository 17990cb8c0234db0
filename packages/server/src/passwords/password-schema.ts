import { z } from "zod";
import { codePoints, plainText } from "../text-rules.ts";

/** Least and most code points of a new password, counted after NFC (NIST SP 800-63B-4, 3.1.1.2). */
export const newPasswordCodePoints = { least: 15, most: 256 } as const;
/** Code points of a password as it is presented, before NFC. */
export const presentedCodePointsMax = 1024;

/**
 * A password as it is presented: NFC and nothing else is done to it, so blanks and case count. NUL
 * and lone surrogates are refused: no keyboard makes them, and not every hash treats them alike.
 */
export const presentedPasswordSchema = passwordText({ empty: "The password is missing." });

const newPasswordLength = `The password must have ${newPasswordCodePoints.least} to ${newPasswordCodePoints.most} characters.`;

/** A password as it is chosen. Any characters will do; only the length is ruled. */
export const newPasswordSchema = passwordText({
  empty: newPasswordLength,
  tooLong: newPasswordLength,
}).refine((password) => {
  const length = codePoints(password);
  return length >= newPasswordCodePoints.least && length <= newPasswordCodePoints.most;
}, newPasswordLength);

function passwordText(problems: { readonly empty: string; readonly tooLong?: string }) {
  return (
    plainText(presentedCodePointsMax, "The password", problems.tooLong)
      .min(1, { abort: true, error: problems.empty })
      // Behind a pipe nothing runs on what was refused before it, so that normalising has a bound.
      .pipe(z.string().overwrite((password) => password.normalize("NFC")))
  );
}

/** A password that has passed a schema of this file. */
export type Password = z.infer<typeof presentedPasswordSchema>;
