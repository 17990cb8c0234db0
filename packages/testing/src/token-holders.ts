import { TestAuthError } from "./errors.ts";
import type { TestSession } from "./test-session.ts";

/** Whose access token is meant: the token, a session, or a client of `as()` or `clientAs()`. */
export type TokenHolder = string | Pick<TestSession, "accessToken"> | object;

/** Which access token a client sends. */
export interface TokenHolders {
  /** @param readToken the token that it sends now. */
  add(client: object, readToken: () => string): void;
  /** @throws TestAuthError `foreign_client` */
  tokenOf(holder: TokenHolder): string;
}

export function createTokenHolders(): TokenHolders {
  const readers = new WeakMap<object, () => string>();
  return {
    add: (client, readToken) => void readers.set(client, readToken),
    tokenOf(holder) {
      if (typeof holder === "string") return holder;
      // First: a tRPC client has a procedure under every name, `accessToken` too.
      const readToken = readers.get(holder);
      if (readToken !== undefined) return readToken();
      if ("accessToken" in holder && typeof holder.accessToken === "string") {
        return holder.accessToken;
      }
      throw new TestAuthError(
        "foreign_client",
        "This is no access token, no session, and no client that as() or clientAs() of this test auth has made.",
      );
    },
  };
}
