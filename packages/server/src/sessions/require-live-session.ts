import type { SignedIn } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { holdTokenEpoch } from "../repositories/realm.ts";
import { holdSession } from "../repositories/sessions.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import { holdUser } from "../repositories/users.ts";
import type { UserWithHash } from "../repositories/users.ts";
import { isSessionLive } from "./session-life.ts";

/**
 * Checks the caller's session once more, under locks: a call that began before a revocation must
 * not, once that has returned, open a session or change the account.
 *
 * @returns the caller's user, held for change until the transaction ends.
 * @throws PortcullisError `token_revoked`
 */
export async function requireLiveSession(
  parts: Parts,
  transaction: AuthTransaction,
  auth: SignedIn,
): Promise<UserWithHash> {
  const tokenEpoch = await holdTokenEpoch(transaction);
  const user = await holdUser(transaction, auth.user.id, "change");
  const session = await holdSession(transaction, auth.session.id);
  const isLive =
    user !== undefined &&
    session !== undefined &&
    isSessionLive(session, user, tokenEpoch, parts.settings, parts.now());
  if (!isLive) throw new PortcullisError("token_revoked");
  return user;
}
