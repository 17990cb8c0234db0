/**
 * `@portcullis/server/inputs`: the schemas of the inputs that forms ask for, the very ones that the
 * procedures use. For browsers too: nothing but Zod is imported. A refused field has one issue, whose
 * message is a sentence to be shown beside it; no message repeats what was given.
 *
 * What only the server can judge stays with it: whether a password is right or easy to guess
 * (`password_refused`), and whether a token is good.
 *
 * Zod tries to compile schemas with `new Function`. A page whose policy has neither `'unsafe-eval'` nor
 * leave of its trusted types works all the same, but reports a violation: `z.config({ jitless: true })`,
 * before the first schema is used, keeps Zod from trying.
 *
 * @example
 * ```ts
 * import { registerInput } from "@portcullis/server/inputs";
 * import { z } from "zod";
 *
 * const form = { email: "ada@example.com", password: "too short", name: "Ada" };
 * const { error } = registerInput.safeParse(form);
 * const said = error && z.treeifyError(error).properties?.password?.errors;
 * console.log(said); // ["The password must have 15 to 256 characters."]
 * ```
 *
 * @packageDocumentation
 */

export { changeEmailInput } from "./accounts/change-email-input.ts";
export { changePasswordInput } from "./accounts/change-password-input.ts";
export { forgotPasswordInput } from "./accounts/forgot-password-input.ts";
export { registerInput } from "./accounts/register-input.ts";
export { renameInput } from "./accounts/rename-input.ts";
export { resetPasswordInput } from "./accounts/reset-password-input.ts";
export { verifyEmailInput } from "./accounts/verify-email-input.ts";
export { createBanInput } from "./admin/ban-input.ts";
export { createSetRoleInput } from "./admin/set-role-input.ts";
export { confirmInput } from "./sessions/confirm-input.ts";
export { loginInput } from "./sessions/login-input.ts";
