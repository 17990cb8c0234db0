import { randomUUID } from "node:crypto";
import { z } from "zod";
import { displayNameSchema } from "../accounts/display-name.ts";
import { emailSchema } from "../accounts/email.ts";
import { requireGoodPassword } from "../accounts/require-good-password.ts";
import { auditEvent } from "../audit/audit-event.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { newPasswordSchema } from "../passwords/password-schema.ts";
import { deleteRegistrations } from "../repositories/registrations.ts";
import { findUserByEmail, holdUser, insertUser } from "../repositories/users.ts";
import type { NewUser, UserRecord } from "../repositories/users.ts";
import { isBanned } from "../sessions/admit-user.ts";
import { applyChange } from "./audited-change.ts";
import { adminRole } from "./permissions.ts";
import { changeOfRole } from "./set-role.ts";

export const createAdminInput = z.strictObject({
  email: emailSchema,
  name: displayNameSchema,
  password: newPasswordSchema,
});

export type AdminCreation =
  | { readonly kind: "created"; readonly userId: string }
  /** There was a user with this email. Their name and password are as before. */
  | { readonly kind: "promoted"; readonly userId: string }
  /**
   * Nothing was changed. Of an unverified user nobody knows whose it is: somebody may have guessed
   * that the address will be an admin's.
   */
  | { readonly kind: "refused"; readonly userId: string; readonly why: "unverified" | "banned" };

/** A rival for the email can come in between reading and writing so often before we give up. */
const attemptsMax = 3;

/**
 * Makes an admin, for an operator at the console: the way to the first one, as no procedure gives a
 * role to a caller who does not have it.
 *
 * @throws PortcullisError `password_refused`; `unavailable` when others took and left the email.
 */
export async function createAdmin(
  parts: Parts,
  input: z.output<typeof createAdminInput>,
): Promise<AdminCreation> {
  const { email, name, password } = input;
  await requireGoodPassword(parts, password, { email, name });
  const passwordHash = await parts.passwords.hash(password);
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const owner = await parts.database.read((database) => findUserByEmail(database, email));
    const nowMs = parts.now();
    const creation =
      owner === undefined
        ? await insertAdmin(parts, {
            id: randomUUID(),
            email,
            name,
            role: adminRole,
            passwordHash,
            emailVerifiedAtMs: nowMs,
            createdAtMs: nowMs,
          })
        : await promote(parts, owner);
    if (creation !== undefined) return creation;
  }
  throw new PortcullisError("unavailable");
}

/** @returns `undefined` when somebody else has the email by now. */
async function insertAdmin(parts: Parts, user: NewUser): Promise<AdminCreation | undefined> {
  const about = { userId: user.id };
  const event = auditEvent("admin_created", "console", parts.now(), {}, about);
  const isInserted = await parts.database.transact(async (transaction) => {
    if (!(await insertUser(transaction, user))) return false;
    await deleteRegistrations(transaction, user.email);
    await parts.audit.insert(transaction, event);
    return true;
  });
  if (!isInserted) return undefined;
  parts.report(event);
  return { kind: "created", userId: user.id };
}

/** @returns `undefined` when the user does not have the email any more. */
async function promote(parts: Parts, owner: UserRecord): Promise<AdminCreation | undefined> {
  const userId = owner.id;
  const outcome = await parts.cache.write([parts.cached.users.key(userId)], async (handle) => {
    const transaction = handle.withoutPlugins();
    const user = await holdUser(transaction, userId, "change");
    if (user?.email !== owner.email) return undefined;
    const nowMs = parts.now();
    if (user.emailVerifiedAt === null) return "unverified";
    if (isBanned(user, nowMs)) return "banned";
    return await applyChange(parts, transaction, user, changeOfRole(adminRole, "console", nowMs));
  });
  if (outcome === undefined) return undefined;
  if (typeof outcome === "string") return { kind: "refused", userId, why: outcome };
  parts.report(outcome.event);
  return { kind: "promoted", userId };
}
