import type { TokenSet, User } from "@portcullis/server";

/** A token set that this client holds, with the local time at which its access token is over. */
export interface HeldTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly user: User;
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly overAtMs: number;
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

/**
 * Checks an answer of login or refresh, which came at `arrivedAtMs`.
 *
 * @throws UnusableTokenSetError when the server's answer has another form.
 */
export function holdTokens(answer: unknown, arrivedAtMs: number): HeldTokens {
  const tokens = fieldsOf(answer, "tokens") as Partial<TokenSet>;
  const user = fieldsOf(tokens.user, "user") as Partial<User>;
  const lifeMs = secondsIn(tokens.expiresIn) * 1_000;
  return {
    accessToken: tokenIn(tokens.accessToken, "accessToken"),
    refreshToken: tokenIn(tokens.refreshToken, "refreshToken"),
    user: Object.freeze({
      id: textIn(user.id, "user.id"),
      email: textIn(user.email, "user.email"),
      name: textIn(user.name, "user.name"),
      role: textIn(user.role, "user.role"),
      emailVerified: user.emailVerified === true,
    }),
    overAtMs: arrivedAtMs + lifeMs - Math.min(lifeMs * marginShare, maxMarginMs),
  };
}

function fieldsOf(value: unknown, field: string): object {
  if (typeof value !== "object" || value === null) throw new UnusableTokenSetError(field);
  return value;
}

function textIn(value: unknown, field: string): string {
  if (typeof value !== "string") throw new UnusableTokenSetError(field);
  return value;
}

function tokenIn(value: unknown, field: string): string {
  const token = textIn(value, field);
  if (token.length > maxTokenCharacters || !bearerToken.test(token)) {
    throw new UnusableTokenSetError(field);
  }
  return token;
}

function secondsIn(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw new UnusableTokenSetError("expiresIn");
  }
  return value;
}
