import { randomUUID } from "node:crypto";
import { z } from "zod";
import { emailSchema } from "../accounts/email.ts";
import type { AuthContext } from "../context/auth-context.ts";
import type { TokenSet } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import type { LoginFailure } from "../events.ts";
import type { Parts } from "../parts.ts";
import { presentedPasswordSchema } from "../passwords/password-schema.ts";
import { readTokenEpoch } from "../repositories/realm.ts";
import { insertRefreshToken } from "../repositories/refresh-tokens.ts";
import { insertSession } from "../repositories/sessions.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { findCredentials, holdUser } from "../repositories/users.ts";
import type { Credentials, UserRecord } from "../repositories/users.ts";
import { answerTokens } from "./answer-tokens.ts";
import { hashOf, makeRefreshToken } from "./refresh-token.ts";
import type { RefreshToken } from "./refresh-token.ts";

export const loginInput = z.strictObject({
  email: emailSchema,
  password: presentedPasswordSchema,
});

/**
 * Opens a session. An unknown email, a wrong password and a banned user get the same answer after
 * the same work.
 */
export async function login(
  parts: Parts,
  input: z.output<typeof loginInput>,
  context: AuthContext,
): Promise<TokenSet> {
  const { requestId } = context;
  const fail = (cause: LoginFailure, userId: string | null): never => {
    parts.report({ kind: "login_failed", requestId, cause, userId });
    throw new PortcullisError("invalid_credentials");
  };

  const found = await parts.database.read((database) => findCredentials(database, input.email));
  const isRight = await parts.passwords.verify(found?.passwordHash, input.password);
  if (found === undefined) return fail("unknown_email", null);
  if (!isRight) return fail("wrong_password", found.userId);

  const opened = await parts.database.transact((transaction) =>
    openSession(parts, transaction, found, context.userAgent),
  );
  if (opened.kind === "refused") return fail(opened.cause, found.userId);
  const { subject, user, refreshToken } = opened;
  parts.report({
    kind: "login_succeeded",
    requestId,
    userId: user.id,
    sessionId: subject.sessionId,
  });
  return answerTokens(parts, subject, user, refreshToken);
}

type Opening =
  | {
      readonly kind: "opened";
      readonly subject: Parameters<typeof answerTokens>[1];
      readonly user: UserRecord;
      readonly refreshToken: RefreshToken;
    }
  | { readonly kind: "refused"; readonly cause: LoginFailure };

/** The ids are fresh and random, so nobody can have asked the cache for them: a plain transaction will do. */
async function openSession(
  parts: Parts,
  transaction: AuthTransaction,
  verified: Credentials,
  userAgent: string | null,
): Promise<Opening> {
  const user = await holdUser(transaction, verified.userId);
  // The password was compared before this transaction; a hash changed since then was not.
  if (user === undefined || user.passwordHash !== verified.passwordHash) {
    return { kind: "refused", cause: "account_changed" };
  }
  if (user.bannedAt !== null) return { kind: "refused", cause: "banned" };

  const { settings } = parts;
  const createdAtMs = parts.now();
  const expiresAtMs = createdAtMs + settings.absoluteTtlMs;
  const subject = {
    userId: user.id,
    sessionId: randomUUID(),
    tokenVersion: user.tokenVersion,
    tokenEpoch: await readTokenEpoch(transaction),
    sessionExpiresAtMs: expiresAtMs,
  };
  await insertSession(transaction, {
    id: subject.sessionId,
    userId: user.id,
    tokenVersion: subject.tokenVersion,
    tokenEpoch: subject.tokenEpoch,
    userAgent,
    createdAtMs,
    expiresAtMs,
  });
  const refreshToken = makeRefreshToken();
  await insertRefreshToken(transaction, {
    id: refreshToken.id,
    sessionId: subject.sessionId,
    secretHash: hashOf(refreshToken),
    generation: 1,
    createdAtMs,
    expiresAtMs: Math.min(createdAtMs + settings.refreshIdleTtlMs, expiresAtMs),
  });
  return { kind: "opened", subject, user, refreshToken };
}
