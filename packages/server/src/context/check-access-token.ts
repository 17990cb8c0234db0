import type { Parts } from "../parts.ts";
import { realmId } from "../repositories/realm.ts";
import type { AccessTokenClaims } from "../tokens/claims.ts";
import type { VerifyOutcome } from "../tokens/verify.ts";
import { viewUser } from "../user-view.ts";
import type { CheckOutcome } from "./auth-context.ts";
import { readBearer } from "./bearer.ts";
import { judgeToken } from "./judge-token.ts";
import type { TokenVerdict } from "./judge-token.ts";

type Refusal = Extract<CheckOutcome, { kind: "refused" }>;

/** What the check of a token came to. */
export type TokenCheck =
  | (Extract<TokenVerdict, { kind: "accepted" }> & { readonly claims: AccessTokenClaims })
  | Refusal;

/** Checks the access token of a request. */
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

  const check = await checkToken(parts, presented.token, requestId);
  if (check.kind === "refused") return check;
  const { id, authenticatedAt, expiresAt } = check.session;
  const session = { id, authenticatedAt, expiresAt };
  return { kind: "signed_in", auth: { user: viewUser(check.user), session } };
}

/** Checks an access token: its bytes, its signature, and that nothing has revoked it. */
export async function checkToken(
  parts: Parts,
  token: string,
  requestId: string,
): Promise<TokenCheck> {
  const verified = await parts.verifyToken(token);
  if (verified.kind !== "valid") return refuseUnverified(parts, verified, requestId);

  const { claims } = verified;
  const { users, sessions, realm } = parts.cached;
  const [userRow, sessionRow, realmRow] = await parts.cache.readMany([
    users.key(claims.sub),
    sessions.key(claims.sid),
    realm.key(realmId),
  ]);
  if (realmRow !== undefined && realmRow.keyGeneration !== verified.keyGeneration) {
    // The keys have changed since this node loaded them, and the one that signed may be gone.
    await parts.keyRing.upTo(realmRow.keyGeneration);
    const again = await parts.verifyToken(token);
    if (again.kind !== "valid") return refuseUnverified(parts, again, requestId);
  }
  const verdict = judgeToken(claims, userRow, sessionRow, realmRow, parts.settings, parts.now());
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
  return { ...verdict, claims };
}

function refuseUnverified(
  parts: Parts,
  outcome: Exclude<VerifyOutcome, { kind: "valid" }>,
  requestId: string,
): Refusal {
  if (outcome.kind === "expired") return { kind: "refused", reason: "token_expired" };
  parts.report({ kind: "token_invalid", requestId, why: outcome.why });
  return { kind: "refused", reason: "token_invalid" };
}
