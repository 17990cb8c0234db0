import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Parts } from "../parts.ts";
import { newPasswordSchema } from "../passwords/password-schema.ts";
import { insertUserOrTouch } from "../repositories/users.ts";
import { displayNameSchema } from "./display-name.ts";
import { emailSchema } from "./email.ts";

export const registerInput = z.strictObject({
  email: emailSchema,
  password: newPasswordSchema,
  name: displayNameSchema,
});

/**
 * Creates an account if the email is free. A used email gets the same answer for the same work, and
 * nobody is signed in, so the answer does not say who has an account here.
 */
export async function register(
  parts: Parts,
  input: z.output<typeof registerInput>,
  requestId: string,
): Promise<{ accepted: true }> {
  const passwordHash = await parts.passwords.hash(input.password);
  const id = randomUUID();
  const user = { id, email: input.email, name: input.name, passwordHash, createdAtMs: parts.now() };
  const userId = await parts.database.transact((transaction) =>
    insertUserOrTouch(transaction, user),
  );
  const kind = userId === id ? "account_registered" : "registration_repeated";
  parts.report({ kind, requestId, userId });
  return { accepted: true };
}
