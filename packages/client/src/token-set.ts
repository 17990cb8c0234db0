import type { TokenSet, User } from "@portcullis/server";
import { elapsedMs, now, type Instant } from "./clock.ts";

/** An access token, with the time it is good for. Told from others by being another object. */
export interface AccessToken {
  readonly text: string;
  readonly lifeMs: number;
  readonly since: Instant;
}

/** What a login or a refresh gave. */
export interface IssuedTokens {
  readonly access: AccessToken;
  /** `null` when it is in a cookie. */
  readonly refreshToken: string | null;
  readonly user: User;
}

/** Thrown when an answer of login or refresh is not a token set. Carries nothing of the answer. */
export class UnusableTokenSetError extends Error {
  readonly code = "unusable_token_set";
  override readonly name = "UnusableTokenSetError";

  constructor(field: string) {
    super(`The server's answer is not a token set: "${field}" has another form than expected.`);
  }
}

// The answer spent time on its way that its `expiresIn` does not count, and a call spends some more:
// so the access token is taken as over a little early.
const marginShare = 0.1;
const maxMarginMs = 5_000;
const maxTokenCharacters = 8_192;
// RFC 6750, section 2.1. Checked here because `fetch` quotes a refused header value in its error.
const bearerToken = /^[A-Za-z0-9._~+/-]+=*$/;

export function isOver({ lifeMs, since }: AccessToken): boolean {
  return elapsedMs(since) >= lifeMs - Math.min(lifeMs * marginShare, maxMarginMs);
}

/**
 * Checks an answer of login or refresh that came just now. A refresh token in the body is taken only
 * where this client keeps it.
 *
 * @throws UnusableTokenSetError when the server's answer has another form.
 */
export function readTokenSet(answer: unknown, keepsRefreshToken: boolean): IssuedTokens {
  const tokens = fieldsOf(answer, "tokens") as Partial<TokenSet>;
  return {
    access: readAccessToken(tokens.accessToken, numberIn(tokens.expiresIn, "expiresIn") * 1_000),
    refreshToken: keepsRefreshToken ? readToken(tokens.refreshToken, "refreshToken") : null,
    user: readUser(tokens.user),
  };
}

/** @throws UnusableTokenSetError when it would not fit into a header. */
export function readAccessToken(text: unknown, lifeMs: unknown): AccessToken {
  return {
    text: readToken(text, "accessToken"),
    lifeMs: numberIn(lifeMs, "lifeMs"),
    since: now(),
  };
}

export function readToken(value: unknown, field: string): string {
  const token = textIn(value, field);
  if (token.length > maxTokenCharacters || !bearerToken.test(token)) {
    throw new UnusableTokenSetError(field);
  }
  return token;
}

export function readUser(value: unknown): User {
  const user = fieldsOf(value, "user") as Partial<User>;
  return Object.freeze({
    id: textIn(user.id, "user.id"),
    email: textIn(user.email, "user.email"),
    name: textIn(user.name, "user.name"),
    role: textIn(user.role, "user.role"),
    emailVerified: user.emailVerified === true,
  });
}

function fieldsOf(value: unknown, field: string): object {
  if (typeof value !== "object" || value === null) throw new UnusableTokenSetError(field);
  return value;
}

function textIn(value: unknown, field: string): string {
  if (typeof value !== "string") throw new UnusableTokenSetError(field);
  return value;
}

function numberIn(value: unknown, field: string): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw new UnusableTokenSetError(field);
  }
  return value;
}
