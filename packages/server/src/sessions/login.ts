import type { z } from "zod";
import { tellUser } from "../accounts/tell-user.ts";
import { auditEvent } from "../audit/audit-event.ts";
import type { AuditEvent, LoginFailure } from "../audit/audit-event.ts";
import type { AuthContext } from "../context/auth-context.ts";
import type { TokenSet } from "../contract.ts";
import { PortcullisError } from "../errors.ts";
import { admitForAccount, admitPasswordTry } from "../limits/require-admission.ts";
import type { Parts } from "../parts.ts";
import type { Password } from "../passwords/password-schema.ts";
import { recogniseDevice } from "../repositories/sessions.ts";
import type { Device } from "../repositories/sessions.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { findCredentials, replacePasswordHash } from "../repositories/users.ts";
import type { UserRecord, UserWithHash } from "../repositories/users.ts";
import type { TokenSubject } from "../tokens/issue.ts";
import { admitUser } from "./admit-user.ts";
import { answerTokens } from "./answer-tokens.ts";
import type { OpenedSession } from "./answer-tokens.ts";
import { endOldestSessions } from "./end-oldest-sessions.ts";
import { endSessions } from "./end-sessions.ts";
import type { loginInput } from "./login-input.ts";
import { openSession } from "./open-session.ts";
import { findPreviousSession } from "./previous-session.ts";
import { requirePlace } from "./refresh-token-place.ts";

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
  const attempt = await passwordTry.compare(async () => {
    const first = await authenticate(parts, input, ctx);
    // Another login may have made the hash anew while this one compared the password with the old one.
    const isOutdated = first.kind === "failed" && first.cause === "account_changed";
    return isOutdated ? authenticate(parts, input, ctx) : first;
  });
  if (attempt.kind === "failed") return fail(attempt.cause, attempt.userId);
  parts.report(attempt.event);
  if (attempt.device === "new") parts.mail.nudge();
  await passwordTry.succeeded();

  const { session, user } = attempt;
  try {
    await rehash(parts, user, input.password, ctx);
    await endReplacedSessions(parts, session.subject, ctx);
  } catch (cause) {
    // The session is open, so no fault of these may say that nothing was changed.
    throw new PortcullisError("outcome_unknown", { cause });
  }
  return answerTokens(parts, ctx, session, place);
}

type Attempt =
  | { readonly kind: "failed"; readonly cause: LoginFailure; readonly userId: string | null }
  | {
      readonly kind: "opened";
      readonly session: OpenedSession;
      readonly user: UserWithHash;
      readonly device: Device;
      readonly event: AuditEvent;
    };

/**
 * Compares the password, and opens a session if it is right and its user may have one. Throws only
 * where it was not compared, or was right.
 */
async function authenticate(
  parts: Parts,
  input: z.output<typeof loginInput>,
  ctx: AuthContext,
): Promise<Attempt> {
  const found = await parts.database.read((database) => findCredentials(database, input.email));
  const isRight = await parts.passwords.verify(found?.passwordHash, input.password);
  if (found === undefined) return { kind: "failed", cause: "unknown_email", userId: null };
  const failed = (cause: LoginFailure): Attempt => ({ kind: "failed", cause, userId: found.id });
  if (!isRight) return failed("wrong_password");
  // Here, before anything else is done, so that the time does not tell it from a wrong password.
  const admission = admitUser(found, parts.settings, parts.now());
  if (admission.kind === "refused") return failed(admission.cause);
  await admitForAccount(parts, ctx, "sessions_of_account", input.email);

  return parts.database.transact(async (transaction): Promise<Attempt> => {
    const userId = found.id;
    const device = await recogniseDevice(transaction, userId, ctx);
    const opened = await openSession(parts, transaction, userId, found.passwordHash, ctx);
    if (opened.kind === "refused") return failed(opened.cause);
    const { session } = opened;
    const about = { userId, sessionId: session.subject.sessionId };
    const event = auditEvent("login_succeeded", ctx, parts.now(), {}, about);
    await parts.audit.insert(transaction, event);
    if (device === "new") await tellOfNewDevice(parts, transaction, session.user, ctx);
    return { kind: "opened", session, user: found, device, event };
  });
}

/** The user is told of a login that may not be theirs; of one from where they always are, not. */
function tellOfNewDevice(
  parts: Parts,
  transaction: AuthTransaction,
  user: UserRecord,
  { userAgent, address }: AuthContext,
): Promise<void> {
  return tellUser(parts, transaction, user, {
    kind: "new_login",
    at: parts.now(),
    userAgent,
    address,
  });
}

/**
 * A hash that was made when hashes cost less is made anew while the password is at hand. Other logins
 * that compared it meanwhile look again; one that finds no room for it leaves it to the next login.
 */
async function rehash(
  parts: Parts,
  found: UserWithHash,
  password: Password,
  { requestId }: AuthContext,
): Promise<void> {
  if (!parts.passwords.needsRehash(found.passwordHash)) return;
  try {
    const passwordHash = await parts.passwords.hash(password);
    await parts.database.read((database) =>
      replacePasswordHash(database, found.id, found.passwordHash, passwordHash),
    );
  } catch (error) {
    if (!(error instanceof PortcullisError)) throw error;
    const { reason } = error;
    parts.report({ kind: "call_failed", requestId, reason, path: "rehash", error });
  }
}

/** The one that this client held until now (it may be another user's), and those above the bound. */
async function endReplacedSessions(
  parts: Parts,
  opened: TokenSubject,
  ctx: AuthContext,
): Promise<void> {
  const previous = await findPreviousSession(parts, ctx);
  if (previous !== undefined) {
    const event = auditEvent("session_revoked", ctx, parts.now(), {}, previous);
    await endSessions(parts, [previous.sessionId], event);
  }
  await endOldestSessions(parts, opened, ctx);
}
