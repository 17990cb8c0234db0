import type { Parts } from "../parts.ts";
import { findRefreshToken } from "../repositories/refresh-tokens.ts";
import { judgeRefresh } from "../sessions/judge-refresh.ts";
import { parseOpaqueToken } from "../tokens/opaque-token.ts";
import { viewUser } from "../user-view.ts";
import type { SignedIn } from "./auth-context.ts";
import { readCookieOfPage } from "./refresh-cookie.ts";
import type { RequestHeaders } from "./request-head.ts";

/** Who is signed in by the refresh cookie of a request, which is not used up by it. */
export async function readSession(
  parts: Parts,
  headers: RequestHeaders,
): Promise<SignedIn | undefined> {
  const cookie = readCookieOfPage(headers);
  const presented = cookie === undefined ? undefined : parseOpaqueToken(cookie);
  if (presented === undefined) return undefined;
  const record = await parts.database.read((database) => findRefreshToken(database, presented.id));
  const verdict = judgeRefresh(record, presented, parts.settings, parts.now());
  // A refresh would act on a token that was used before; reading has no effect on anything.
  if (verdict.kind === "refused" || verdict.kind === "reused") return undefined;
  const { user, session } = verdict.record;
  const { id, authenticatedAt, expiresAt } = session;
  return { user: viewUser(user), session: { id, authenticatedAt, expiresAt } };
}
