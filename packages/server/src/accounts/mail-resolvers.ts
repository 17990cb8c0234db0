import type { MailResolvers } from "../mail/mail-request.ts";
import { replaceEmailToken } from "../repositories/email-tokens.ts";
import type { EmailTokenPurpose } from "../repositories/email-tokens.ts";
import { findRegistration, setRegistrationSecret } from "../repositories/registrations.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { findUserByEmail, isVerified, loadUser } from "../repositories/users.ts";
import type { UserRecord } from "../repositories/users.ts";
import { hashOf, makeOpaqueToken, writeOpaqueToken } from "../tokens/opaque-token.ts";
import { mailName } from "./mail-name.ts";
import {
  emailChangeLifeMs,
  msPerMinute,
  passwordResetLifeMs,
  registrationLifeMs,
} from "./token-lives.ts";

/**
 * What is mailed to somebody who asked for something. Tokens are made here, out of the sight of the
 * one who asked.
 */
export function createMailResolvers(now: () => number): MailResolvers {
  async function makeToken(
    transaction: AuthTransaction,
    purpose: EmailTokenPurpose,
    user: UserRecord,
    email: string,
    lifeMs: number,
  ): Promise<{ token: string; expiresInMinutes: number }> {
    const token = makeOpaqueToken();
    const nowMs = now();
    await replaceEmailToken(transaction, {
      id: token.id,
      purpose,
      userId: user.id,
      email,
      tokenVersion: user.tokenVersion,
      secretHash: hashOf(token),
      createdAtMs: nowMs,
      expiresAtMs: nowMs + lifeMs,
    });
    return { token: writeOpaqueToken(token), expiresInMinutes: lifeMs / msPerMinute };
  }

  return {
    async registration_requested(transaction, { to, registrationId }) {
      const registration = await findRegistration(transaction, registrationId);
      // Taken back: another registration of the email was verified, or its account deleted.
      if (registration === undefined) return undefined;
      const owner = await findUserByEmail(transaction, to);
      if (isVerified(owner)) return { kind: "already_registered", to };
      const { secret } = makeOpaqueToken();
      const token = { id: registrationId, secret };
      await setRegistrationSecret(transaction, registrationId, hashOf(token));
      return {
        kind: "verify_email",
        to,
        token: writeOpaqueToken(token),
        expiresInMinutes: registrationLifeMs / msPerMinute,
      };
    },

    async password_reset_requested(transaction, { to }) {
      const user = await findUserByEmail(transaction, to);
      if (user === undefined) return undefined;
      const life = passwordResetLifeMs;
      const proof = await makeToken(transaction, "reset_password", user, to, life);
      return { kind: "reset_password", to, name: mailName(user), ...proof };
    },

    async email_change_requested(transaction, { to, userId, tokenVersion }) {
      const user = await loadUser(transaction, userId);
      if (user?.tokenVersion !== tokenVersion) return undefined;
      const owner = await findUserByEmail(transaction, to);
      if (owner !== undefined && owner.id !== userId) {
        return { kind: "email_taken", to, name: mailName(owner) };
      }
      if (user.email === to && user.emailVerifiedAt !== null) return undefined;
      const life = emailChangeLifeMs;
      return {
        kind: "change_email",
        to,
        ...(await makeToken(transaction, "change_email", user, to, life)),
      };
    },
  };
}
