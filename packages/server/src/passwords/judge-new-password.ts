import { isCommon } from "./common-passwords.ts";
import { isMadeOfContext } from "./context-words.ts";
import { foldText } from "./folded-text.ts";

/** Why a new password was refused: `docs/passwords.md` has the rules. */
export type PasswordVerdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly why: "common" | "context" | "breached" };

/** What can be said of a new password without asking anybody. */
export function judgeNewPassword(
  password: string,
  contextWords: readonly string[],
): PasswordVerdict {
  const text = foldText(password);
  if (isCommon(text)) return { kind: "refused", why: "common" };
  if (isMadeOfContext(text, contextWords)) return { kind: "refused", why: "context" };
  return { kind: "accepted" };
}
