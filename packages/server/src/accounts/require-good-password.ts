import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { Password } from "../passwords/password-schema.ts";

/** @throws PortcullisError `password_refused` */
export async function requireGoodPassword(
  parts: Parts,
  password: Password,
  user: { readonly email: string; readonly name: string },
): Promise<void> {
  const verdict = await parts.passwordPolicy.check(password, user);
  if (verdict.kind === "accepted") return;
  throw new PortcullisError("password_refused", { facts: { passwordFault: verdict.why } });
}
