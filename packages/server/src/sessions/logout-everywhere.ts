import type { SignedIn } from "../context/auth-context.ts";
import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import { raiseTokenVersion } from "../repositories/users.ts";

/** Ends all sessions and tokens of the user at once: they all name the token version that this leaves behind. */
export async function logoutEverywhere(
  parts: Parts,
  { user }: SignedIn,
  requestId: string,
): Promise<{ tokenVersion: number }> {
  const tokenVersion = await parts.cache.write([parts.cached.users.key(user.id)], (transaction) =>
    raiseTokenVersion(transaction.withoutPlugins(), user.id),
  );
  // Deleted since the token was checked, and with it everything there was to end.
  if (tokenVersion === undefined) throw new PortcullisError("token_revoked");
  parts.report({ kind: "logged_out_everywhere", requestId, userId: user.id, tokenVersion });
  return { tokenVersion };
}
