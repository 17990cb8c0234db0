import { AssertionError } from "node:assert";
import { isPortcullisError } from "@portcullis/client";
import type { ErrorCode, User } from "@portcullis/server";
import { readClaims } from "./test-session.ts";
import type { TokenHolder } from "./token-holders.ts";

/** What tests assert about tokens, in any runner. */
export interface Expectations {
  expectRevoked(holder: TokenHolder): Promise<void>;
  expectSignedIn(holder: TokenHolder): Promise<User>;
}

type Verdict =
  | { readonly kind: "accepted"; readonly user: User }
  | { readonly kind: "refused"; readonly reason: ErrorCode };

export function createExpectations(options: {
  readonly tokenOf: (holder: TokenHolder) => string;
  /** Calls a protected procedure over HTTP. */
  readonly readUser: (accessToken: string) => Promise<User>;
}): Expectations {
  const { tokenOf, readUser } = options;

  async function judge(accessToken: string): Promise<Verdict> {
    try {
      return { kind: "accepted", user: await readUser(accessToken) };
    } catch (error) {
      if (!isPortcullisError(error)) throw error;
      return { kind: "refused", reason: error.data.reason };
    }
  }

  return {
    async expectRevoked(holder) {
      const accessToken = tokenOf(holder);
      const verdict = await judge(accessToken);
      const actual = outcomeOf(verdict);
      if (actual === "token_revoked") return;
      throw new AssertionError({
        message: `Expected ${describe(accessToken)} to be revoked, but it ${whyNotRevoked(verdict)}`,
        actual,
        expected: "token_revoked",
        operator: "expectRevoked",
      });
    },

    async expectSignedIn(holder) {
      const accessToken = tokenOf(holder);
      const verdict = await judge(accessToken);
      if (verdict.kind === "accepted") return verdict.user;
      throw new AssertionError({
        message: `Expected ${describe(accessToken)} to be accepted, but it was refused with ${verdict.reason}.`,
        actual: verdict.reason,
        expected: "accepted",
        operator: "expectSignedIn",
      });
    },
  };
}

function outcomeOf(verdict: Verdict): ErrorCode | "accepted" {
  return verdict.kind === "accepted" ? "accepted" : verdict.reason;
}

function whyNotRevoked(verdict: Verdict): string {
  if (verdict.kind === "accepted") {
    return `was accepted: ${verdict.user.email} is still signed in.`;
  }
  if (verdict.reason === "token_expired") {
    return "has expired, which hides whether it was revoked: look before the clock is advanced so far.";
  }
  return `was refused with ${verdict.reason}.`;
}

/** By its user and session: the token itself does not belong into a log. */
function describe(accessToken: string): string {
  try {
    const { sub, sid } = readClaims(accessToken);
    return `the access token of user ${sub}, session ${sid},`;
  } catch {
    return "an access token that is none";
  }
}
