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
  emailVerifiedAt: null,
};
const session = {
  id: "session-1",
  userId: "user-1",
  expiresAt: nowMs + 1,
  revokedAt: null,
  authenticatedAt: nowMs - 1000,
};
const realm = { id: "realm" as const, tokenEpoch: 2 };

test("a token whose versions, session and user all hold is accepted", () => {
  expect(judgeToken(claims, user, session, realm, nowMs)).toEqual({
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
  ["session_missing", user, undefined, realm],
  ["session_missing", user, { ...session, id: "session-2" }, realm],
  ["session_foreign", user, { ...session, userId: "user-2" }, realm],
  ["session_revoked", user, { ...session, revokedAt: nowMs + 5 }, realm],
  ["session_over", user, { ...session, expiresAt: nowMs }, realm],
] as const)("%s", (cause, userRow, sessionRow, realmRow) => {
  expect(judgeToken(claims, userRow, sessionRow, realmRow, nowMs)).toEqual({
    kind: "refused",
    cause,
  });
});
