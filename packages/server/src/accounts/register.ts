import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { AuthContext } from "../context/auth-context.ts";
import { admitForAccount } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import { insertRegistration } from "../repositories/registrations.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { insertUserOrTouch } from "../repositories/users.ts";
import type { registerInput } from "./register-input.ts";
import { requireGoodPassword } from "./require-good-password.ts";
import { registrationLifeMs } from "./token-lives.ts";

/**
 * Writes down that somebody wants an account, and what they chose for it. A used email gets the same
 * answer for the same work; the mail that follows tells the owner of the address what to do.
 */
export async function register(
  parts: Parts,
  input: z.output<typeof registerInput>,
  ctx: AuthContext,
): Promise<{ accepted: true }> {
  const { email, password, name } = input;
  await requireGoodPassword(parts, password, { email, name });
  await admitForAccount(parts, ctx, "registrations_of_account_from_address", email);
  await admitForAccount(parts, ctx, "registrations_of_account", email);
  const passwordHash = await parts.passwords.hash(password);
  const nowMs = parts.now();
  const registration = {
    id: randomUUID(),
    email,
    name,
    passwordHash,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + registrationLifeMs,
  };

  const event = await parts.database.transact(async (transaction) => {
    const userId = parts.settings.requireVerifiedEmail
      ? null
      : await makeUnverifiedUser(transaction, registration);
    await insertRegistration(transaction, { ...registration, userId });
    await parts.mail.queue(transaction, {
      kind: "registration_requested",
      to: email,
      registrationId: registration.id,
    });
    const accepted = auditEvent("registration_accepted", ctx, nowMs, {}, { userId });
    await parts.audit.insert(transaction, accepted);
    return accepted;
  });
  parts.report(event);
  parts.mail.nudge();
  return { accepted: true };
}

/** @returns its id; `null` when somebody has the email already. */
async function makeUnverifiedUser(
  transaction: AuthTransaction,
  registration: {
    readonly email: string;
    readonly name: string;
    readonly passwordHash: string;
    readonly createdAtMs: number;
  },
): Promise<string | null> {
  const id = randomUUID();
  const { email, name, passwordHash, createdAtMs } = registration;
  const user = {
    id,
    email,
    name,
    role: "user",
    passwordHash,
    emailVerifiedAtMs: null,
    createdAtMs,
  };
  const ownerId = await insertUserOrTouch(transaction, user);
  return ownerId === id ? id : null;
}
