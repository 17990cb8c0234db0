import type { Parts } from "../parts.ts";
import { realmId } from "../repositories/realm.ts";
import type { RealmRecord } from "../repositories/realm.ts";
import type { SessionRecord } from "../repositories/sessions.ts";
import type { UserRecord } from "../repositories/users.ts";
import type { AccessTokenClaims } from "../tokens/claims.ts";
import type { VerifyOutcome } from "../tokens/verify.ts";
import { viewUser } from "../user-view.ts";
import type { CheckOutcome, SignedIn } from "./auth-context.ts";
import type { PresentedToken } from "./bearer.ts";
import { judgeToken } from "./judge-token.ts";
import type { TokenVerdict } from "./judge-token.ts";

type Refusal = Extract<CheckOutcome, { kind: "refused" }>;
type Accepted = Extract<TokenVerdict, { kind: "accepted" }>;

/** A token that we signed and that had not expired when its request or connection began. */
export interface HeldToken {
  readonly token: string;
  readonly claims: AccessTokenClaims;
  /** Of the keys that it was verified with. */
  readonly keyGeneration: number;
}

/** What the token of a request or connection is, before anybody asks whether it was revoked. */
export type PresentedOutcome =
  | { readonly kind: "held"; readonly held: HeldToken }
  | Exclude<CheckOutcome, { kind: "signed_in" }>;

/** What the check of a token came to. */
export type TokenCheck = (Accepted & { readonly claims: AccessTokenClaims }) | Refusal;

/** The rows that decide whether a token still holds. */
export type TokenRows = readonly [
  UserRecord | undefined,
  SessionRecord | undefined,
  RealmRecord | undefined,
];

/** Looks at what was presented: its bytes, its signature and its times. */
export async function verifyPresented(
  parts: Parts,
  presented: PresentedToken,
  requestId: string,
): Promise<PresentedOutcome> {
  switch (presented.kind) {
    case "absent":
      return { kind: "anonymous" };
    case "malformed":
      parts.report({ kind: "token_invalid", requestId, why: "header" });
      return { kind: "refused", reason: "token_invalid" };
    case "token":
      return verifyToken(parts, presented.token, requestId);
  }
}

/** Checks what was presented, and that nothing has revoked it. */
export async function checkPresented(
  parts: Parts,
  outcome: PresentedOutcome,
  requestId: string,
): Promise<CheckOutcome> {
  if (outcome.kind !== "held") return outcome;
  const check = await checkHeld(parts, outcome.held, requestId);
  return check.kind === "refused" ? check : { kind: "signed_in", auth: viewSignedIn(check) };
}

/** Checks an access token: its bytes, its signature, and that nothing has revoked it. */
export async function checkToken(
  parts: Parts,
  token: string,
  requestId: string,
): Promise<TokenCheck> {
  const outcome = await verifyToken(parts, token, requestId);
  return outcome.kind === "held" ? checkHeld(parts, outcome.held, requestId) : outcome;
}

export function rowKeysOf({ cached }: Parts, { sub, sid }: AccessTokenClaims) {
  return [cached.users.key(sub), cached.sessions.key(sid), cached.realm.key(realmId)] as const;
}

/** Whether a token still holds, by the rows as they are now; the log is told why not. */
export function judgeRows(
  parts: Parts,
  { claims }: HeldToken,
  [user, session, realm]: TokenRows,
  requestId: string,
): Accepted | Refusal {
  const verdict = judgeToken(claims, user, session, realm, parts.settings, parts.now());
  if (verdict.kind === "accepted") return verdict;
  parts.report({
    kind: "token_refused",
    requestId,
    cause: verdict.cause,
    userId: claims.sub,
    sessionId: claims.sid,
  });
  return { kind: "refused", reason: "token_revoked" };
}

/**
 * Verifies a token again when the keys have changed since: the one that signed it may have been
 * retired. Of a token that is over by now the key may be gone for its age, which says nothing.
 */
export async function verifyAgain(
  parts: Parts,
  { token, claims, keyGeneration }: HeldToken,
  generation: number,
  requestId: string,
): Promise<"valid" | Refusal> {
  if (generation === keyGeneration || parts.now() >= claims.exp * 1000) return "valid";
  await parts.keyRing.upTo(generation);
  const again = await parts.verifyToken(token);
  return again.kind === "invalid" ? refuseUnverified(parts, again, requestId) : "valid";
}

export function viewSignedIn({ user, session }: Accepted): SignedIn {
  const { id, authenticatedAt, expiresAt } = session;
  return { user: viewUser(user), session: { id, authenticatedAt, expiresAt } };
}

async function checkHeld(parts: Parts, held: HeldToken, requestId: string): Promise<TokenCheck> {
  const { claims } = held;
  const rows = await parts.cache.readMany(rowKeysOf(parts, claims));
  const realm = rows[2];
  if (realm !== undefined) {
    const again = await verifyAgain(parts, held, realm.keyGeneration, requestId);
    if (again !== "valid") return again;
  }
  const check = judgeRows(parts, held, rows, requestId);
  return check.kind === "accepted" ? { ...check, claims } : check;
}

async function verifyToken(
  parts: Parts,
  token: string,
  requestId: string,
): Promise<Extract<PresentedOutcome, { kind: "held" }> | Refusal> {
  const verified = await parts.verifyToken(token);
  if (verified.kind !== "valid") return refuseUnverified(parts, verified, requestId);
  const { claims, keyGeneration } = verified;
  return { kind: "held", held: { token, claims, keyGeneration } };
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
