import { z } from "zod";
import { emailSchema } from "../accounts/email.ts";
import { mailName } from "../accounts/mail-name.ts";
import { auditEvent } from "../audit/audit-event.ts";
import type { LoginFailure } from "../audit/audit-event.ts";
import type { AuthContext } from "../context/auth-context.ts";
import type { TokenSet } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import { admitPasswordTry } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import { presentedPasswordSchema } from "../passwords/password-schema.ts";
import type { Password } from "../passwords/password-schema.ts";
import { recogniseDevice } from "../repositories/sessions.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { findCredentials, replacePasswordHash } from "../repositories/users.ts";
import type { UserRecord, UserWithHash } from "../repositories/users.ts";
import type { TokenSubject } from "../tokens/issue.ts";
import { admitUser } from "./admit-user.ts";
import { answerTokens } from "./answer-tokens.ts";
import { endOldestSessions } from "./end-oldest-sessions.ts";
import { endSessions } from "./end-sessions.ts";
import { openSession } from "./open-session.ts";
import { findPreviousSession } from "./previous-session.ts";
import { refreshTokenPlaceSchema, requirePlace } from "./refresh-token-place.ts";

export const loginInput = z.strictObject({
  email: emailSchema,
  password: presentedPasswordSchema,
  refreshTokenIn: refreshTokenPlaceSchema,
});

/**
 * Opens a session. An unknown email, a wrong password, an unverified and a banned user get the same
 * answer after the same work.
 */
export async function login(
  parts: Parts,
  input: z.output<typeof loginInput>,
  ctx: AuthContext,
): Promise<TokenSet> {
  const place = input.refreshTokenIn ?? "body";
  requirePlace(ctx, place);
  const fail = (cause: LoginFailure, userId: string | null): never => {
    parts.audit.note(auditEvent("login_failed", ctx, parts.now(), { cause }, { userId }));
    throw new PortcullisError("invalid_credentials");
  };

  const passwordTry = await admitPasswordTry(parts, ctx, input.email);
  const found = await parts.database.read((database) => findCredentials(database, input.email));
  const isRight = await parts.passwords.verify(found?.passwordHash, input.password);
  if (found === undefined) return fail("unknown_email", null);
  if (!isRight) return fail("wrong_password", found.id);
  // Here, before anything else is done, so that the time does not tell it from a wrong password.
  const admission = admitUser(found, parts.settings, parts.now());
  if (admission.kind === "refused") return fail(admission.cause, found.id);

  const userId = found.id;
  const passwordHash = await rehash(parts, found, input.password);
  const opening = await parts.database.transact(async (transaction) => {
    const device = await recogniseDevice(transaction, userId, ctx);
    const opened = await openSession(parts, transaction, userId, passwordHash, ctx);
    if (opened.kind === "refused") return opened;
    const { sessionId } = opened.session.subject;
    const about = { userId, sessionId };
    const event = auditEvent("login_succeeded", ctx, parts.now(), {}, about);
    await parts.audit.insert(transaction, event);
    if (device === "new") await tellOfNewDevice(parts, transaction, opened.session.user, ctx);
    return { ...opened, event };
  });
  if (opening.kind === "refused") return fail(opening.cause, found.id);
  parts.report(opening.event);
  parts.mail.nudge();
  await passwordTry.succeeded();

  try {
    await endReplacedSessions(parts, opening.session.subject, ctx);
  } catch (cause) {
    // The session is open, so no fault of these may say that nothing was changed.
    throw new PortcullisError("outcome_unknown", { cause });
  }
  return answerTokens(parts, ctx, opening.session, place);
}

/** The user is told of a login that may not be theirs; of one from where they always are, not. */
function tellOfNewDevice(
  parts: Parts,
  transaction: AuthTransaction,
  user: UserRecord,
  { userAgent, address }: AuthContext,
): Promise<void> {
  return parts.mail.queue(transaction, {
    kind: "new_login",
    to: user.email,
    name: mailName(user),
    at: parts.now(),
    userAgent,
    address,
  });
}

/**
 * A hash that was made when hashes cost less is made anew while the password is at hand.
 *
 * @returns the hash that is stored now, unless somebody else changes it.
 */
async function rehash(parts: Parts, found: UserWithHash, password: Password): Promise<string> {
  if (!parts.passwords.needsRehash(found.passwordHash)) return found.passwordHash;
  const passwordHash = await parts.passwords.hash(password);
  await parts.database.read((database) =>
    replacePasswordHash(database, found.id, found.passwordHash, passwordHash),
  );
  return passwordHash;
}

/** The one that this client held until now (it may be another user's), and those above the bound. */
async function endReplacedSessions(
  parts: Parts,
  opened: TokenSubject,
  ctx: AuthContext,
): Promise<void> {
  const sessionId = await findPreviousSession(parts, ctx);
  if (sessionId !== undefined) {
    const event = auditEvent(
      "session_revoked",
      ctx,
      parts.now(),
      {},
      {
        userId: opened.userId,
        sessionId,
      },
    );
    await endSessions(parts, [sessionId], event);
  }
  await endOldestSessions(parts, opened, ctx);
}
