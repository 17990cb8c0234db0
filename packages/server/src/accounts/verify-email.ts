import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { auditEvent } from "../audit/audit-event.ts";
import type { EmailTokenFailure } from "../audit/audit-event.ts";
import type { AuthContext } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import { admitPasswordTry } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import { findRegistration, takeRegistrations } from "../repositories/registrations.ts";
import type { RegistrationRecord } from "../repositories/registrations.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import {
  changeUser,
  deleteUser,
  findUserByEmail,
  holdUser,
  insertUser,
  isVerified,
} from "../repositories/users.ts";
import type { UserRecord } from "../repositories/users.ts";
import { isBanned } from "../sessions/admit-user.ts";
import { isSecretOf, parseOpaqueToken } from "../tokens/opaque-token.ts";
import type { verifyEmailInput } from "./verify-email-input.ts";

/** A rival for the email can come in between reading and writing so often before we give up. */
const attemptsMax = 3;

/**
 * Turns a registration into an account. The token shows that the caller reads the mailbox, the
 * password that they made the registration: with either alone, someone could register in another's
 * name and wait for the owner of the mailbox to open the door.
 */
export async function verifyEmail(
  parts: Parts,
  input: z.output<typeof verifyEmailInput>,
  ctx: AuthContext,
): Promise<{ verified: true }> {
  const refuse = (cause: EmailTokenFailure): never => {
    parts.audit.note(
      auditEvent("email_verification_refused", ctx, parts.now(), { cause }, { userId: null }),
    );
    const isPassword = cause === "wrong_password";
    throw new PortcullisError(isPassword ? "invalid_credentials" : "email_token_invalid");
  };

  const token = parseOpaqueToken(input.token);
  if (token === undefined) return refuse("malformed");
  const found = await parts.database.read((database) => findRegistration(database, token.id));
  if (found === undefined || found.secretHash === null || !isSecretOf(token, found.secretHash)) {
    return refuse("unknown");
  }
  if (found.expiresAt <= parts.now()) return refuse("expired");
  const passwordTry = await admitPasswordTry(parts, ctx, found.email);
  const outcome = await passwordTry.compare(async (): Promise<Outcome> => {
    const isRight = await parts.passwords.verify(found.passwordHash, input.password);
    return isRight ? settle(parts, found, ctx) : { kind: "refused", cause: "wrong_password" };
  });
  if (outcome.kind === "refused") return refuse(outcome.cause);
  parts.report(outcome.event);
  await passwordTry.succeeded();
  await parts.limiter.rememberOnlyAddress(found.email, ctx.address);
  return { verified: true };
}

type Outcome =
  | { readonly kind: "verified"; readonly event: ReturnType<typeof auditEvent<"email_verified">> }
  | { readonly kind: "refused"; readonly cause: EmailTokenFailure };

/** Gives the email to whom the registration is of. */
async function settle(
  parts: Parts,
  registration: RegistrationRecord,
  ctx: AuthContext,
): Promise<Outcome> {
  const { email } = registration;
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const owner = await parts.database.read((database) => findUserByEmail(database, email));
    const outcome = await settleWith(parts, registration, owner, ctx);
    if (outcome.kind !== "outrun") return outcome;
  }
  throw new PortcullisError("unavailable");
}

/** The email has changed hands since it was looked up. */
interface Outrun {
  readonly kind: "outrun";
}

/** @param owner who has the email as far as we know; their row is what the cache is told of. */
function settleWith(
  parts: Parts,
  registration: RegistrationRecord,
  owner: UserRecord | undefined,
  ctx: AuthContext,
): Promise<Outcome | Outrun> {
  const work = async (transaction: AuthTransaction): Promise<Outcome | Outrun> => {
    const now = await holdOwner(transaction, registration.email, owner);
    if (now === "outrun") return { kind: "outrun" };
    const taken = await takeRegistrations(transaction, registration.email);
    if (!taken.includes(registration.id)) return { kind: "refused", cause: "unknown" };
    // A ban stays with the email: another registration is no way around it.
    if (isVerified(now) || (now !== undefined && isBanned(now, parts.now()))) {
      return { kind: "refused", cause: "taken" };
    }

    if (now !== undefined && now.id !== registration.userId) {
      const about = { userId: now.id };
      const gone = auditEvent("account_deleted", ctx, parts.now(), {}, about);
      await parts.audit.insert(transaction, gone);
    }
    const userId = await giveEmail(parts, transaction, registration, now);
    if (userId === undefined) throw new PortcullisError("unavailable");
    const event = auditEvent("email_verified", ctx, parts.now(), {}, { userId });
    await parts.audit.insert(transaction, event);
    return { kind: "verified", event };
  };
  if (owner === undefined) return parts.database.transact(work);
  const key = parts.cached.users.key(owner.id);
  return parts.cache.write([key], (handle) => work(handle.withoutPlugins()));
}

/** The one who has the email, held against change; `"outrun"` when that is another by now. */
async function holdOwner(
  transaction: AuthTransaction,
  email: string,
  expected: UserRecord | undefined,
): Promise<UserRecord | undefined | "outrun"> {
  if (expected === undefined) {
    return (await findUserByEmail(transaction, email)) === undefined ? undefined : "outrun";
  }
  const held = await holdUser(transaction, expected.id, "change");
  return held?.email === email ? held : "outrun";
}

/**
 * An unverified account of somebody else goes: it was made by one who never showed to read the
 * mailbox. The new one has an id of its own, so nothing that hung on the old one comes with it.
 */
async function giveEmail(
  parts: Parts,
  transaction: AuthTransaction,
  registration: RegistrationRecord,
  unverified: UserRecord | undefined,
): Promise<string | undefined> {
  const nowMs = parts.now();
  if (unverified !== undefined && unverified.id === registration.userId) {
    await changeUser(transaction, unverified.id, { emailVerifiedAtMs: nowMs });
    return unverified.id;
  }
  if (unverified !== undefined) await deleteUser(transaction, unverified.id);
  const id = randomUUID();
  const isInserted = await insertUser(transaction, {
    id,
    email: registration.email,
    name: registration.name,
    role: "user",
    passwordHash: registration.passwordHash,
    emailVerifiedAtMs: nowMs,
    createdAtMs: nowMs,
  });
  return isInserted ? id : undefined;
}
