import { expect, test } from "vitest";
import type { AccessTokenClaims } from "../tokens/claims.ts";
import { judgeToken } from "./judge-token.ts";

const nowMs = 1_800_000_000_000;
const claims: AccessTokenClaims = {
  iss: "issuer",
  aud: "audience",
  sub: "user-1",
  sid: "session-1",
  ver: 3,
  epoch: 2,
  iat: 1_799_999_999,
  exp: 1_800_000_500,
  jti: "token-1",
};
const user = {
  id: "user-1",
  email: "ada@example.test",
  name: "Ada",
  role: "user",
  tokenVersion: 3,
  bannedAt: null,
  banExpiresAt: null,
  emailVerifiedAt: null,
};
const session = {
  id: "session-1",
  userId: "user-1",
  expiresAt: nowMs + 1,
  revokedAt: null,
  authenticatedAt: nowMs - 1000,
};
const realm = { id: "realm" as const, tokenEpoch: 2, keyGeneration: 1 };
const rules = { requireVerifiedEmail: false };

test("a token whose versions, session and user all hold is accepted", () => {
  expect(judgeToken(claims, user, session, realm, rules, nowMs)).toEqual({
    kind: "accepted",
    user,
    session,
  });
});

test.each([
  ["epoch_changed", user, session, { ...realm, tokenEpoch: 3 }],
  ["epoch_changed", user, session, undefined],
  ["user_missing", undefined, session, realm],
  ["user_missing", { ...user, id: "user-2" }, session, realm],
  ["version_changed", { ...user, tokenVersion: 4 }, session, realm],
  ["version_changed", { ...user, tokenVersion: 2 }, session, realm],
  ["user_banned", { ...user, bannedAt: 1 }, session, realm],
  ["user_banned", { ...user, bannedAt: 0 }, session, realm],
  ["user_banned", { ...user, bannedAt: 1, banExpiresAt: nowMs + 1 }, session, realm],
  ["session_missing", user, undefined, realm],
  ["session_missing", user, { ...session, id: "session-2" }, realm],
  ["session_foreign", user, { ...session, userId: "user-2" }, realm],
  ["session_revoked", user, { ...session, revokedAt: nowMs + 5 }, realm],
  ["session_over", user, { ...session, expiresAt: nowMs }, realm],
] as const)("%s", (cause, userRow, sessionRow, realmRow) => {
  expect(judgeToken(claims, userRow, sessionRow, realmRow, rules, nowMs)).toEqual({
    kind: "refused",
    cause,
  });
});

test("a ban that is over refuses nobody", () => {
  const freed = { ...user, bannedAt: 1, banExpiresAt: nowMs };
  expect(judgeToken(claims, freed, session, realm, rules, nowMs).kind).toBe("accepted");
});

test("RT-07 where emails have to be verified, the token of an unverified user is refused", () => {
  const strict = { requireVerifiedEmail: true };
  expect(judgeToken(claims, user, session, realm, strict, nowMs)).toEqual({
    kind: "refused",
    cause: "user_unverified",
  });
  const verified = { ...user, emailVerifiedAt: 1 };
  expect(judgeToken(claims, verified, session, realm, strict, nowMs).kind).toBe("accepted");
});
