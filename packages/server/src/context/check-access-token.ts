import type { Parts } from "../parts.ts";
import { realmId } from "../repositories/realm.ts";
import { viewUser } from "../user-view.ts";
import type { CheckOutcome } from "./auth-context.ts";
import { readBearer } from "./bearer.ts";
import { judgeToken } from "./judge-token.ts";

/** Checks the access token of a request: its bytes, its signature, and that nothing has revoked it. */
export async function checkAccessToken(
  parts: Parts,
  headers: Headers,
  requestId: string,
): Promise<CheckOutcome> {
  const presented = readBearer(headers, parts.settings.headerName);
  if (presented.kind === "absent") return { kind: "anonymous" };
  if (presented.kind === "malformed") {
    parts.report({ kind: "token_invalid", requestId, why: "header" });
    return { kind: "refused", reason: "token_invalid" };
  }

  const verified = await parts.verifyToken(presented.token);
  if (verified.kind === "expired") return { kind: "refused", reason: "token_expired" };
  if (verified.kind === "invalid") {
    parts.report({ kind: "token_invalid", requestId, why: verified.why });
    return { kind: "refused", reason: "token_invalid" };
  }

  const { claims } = verified;
  const { users, sessions, realm } = parts.cached;
  const [userRow, sessionRow, realmRow] = await parts.cache.readMany([
    users.key(claims.sub),
    sessions.key(claims.sid),
    realm.key(realmId),
  ]);
  const verdict = judgeToken(claims, userRow, sessionRow, realmRow, parts.now());
  if (verdict.kind === "refused") {
    parts.report({
      kind: "token_refused",
      requestId,
      cause: verdict.cause,
      userId: claims.sub,
      sessionId: claims.sid,
    });
    return { kind: "refused", reason: "token_revoked" };
  }
  const { id, authenticatedAt, expiresAt } = verdict.session;
  const session = { id, authenticatedAt, expiresAt };
  return { kind: "signed_in", auth: { user: viewUser(verdict.user), session } };
}
