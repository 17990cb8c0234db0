import { PortcullisError } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { SignedIn } from "./auth-context.ts";
import { judgeRows, rowKeysOf, verifyAgain, viewSignedIn } from "./check-access-token.ts";
import type { PresentedOutcome, TokenRows } from "./check-access-token.ts";

/** The longest that a timer of Node waits. */
const timerMaxMs = 2 ** 31 - 1;

/** Goes on checking a token that was accepted: {@link AuthContext.watchAccessToken}. */
export async function watchToken(
  parts: Parts,
  outcome: PresentedOutcome,
  requestId: string,
  onHeld: (auth: SignedIn) => void,
  signal: AbortSignal,
): Promise<void> {
  if (outcome.kind === "anonymous") throw new PortcullisError("unauthenticated");
  if (outcome.kind === "refused") throw new PortcullisError(outcome.reason);

  const { held } = outcome;
  const { promise: over, reject } = Promise.withResolvers<never>();
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let keyGeneration = held.keyGeneration;

  /** @throws PortcullisError when the token no longer holds. */
  function judge(rows: TokenRows): void {
    const check = judgeRows(parts, held, rows, requestId);
    if (check.kind === "refused") throw new PortcullisError(check.reason);
    onHeld(viewSignedIn(check));
    clearTimeout(timer);
    const leftMs = Math.min(check.session.expiresAt - parts.now(), timerMaxMs);
    timer = setTimeout(() => judgeLate(rows), leftMs);
  }

  /** The end of a session changes no row. */
  function judgeLate(rows: TokenRows): void {
    try {
      judge(rows);
    } catch (error) {
      reject(error);
    }
  }

  async function judgeKeys(generation: number): Promise<void> {
    try {
      const again = await verifyAgain(parts, held, generation, requestId);
      if (again !== "valid") reject(new PortcullisError(again.reason));
      keyGeneration = generation;
    } catch (error) {
      // The next read of the rows asks again.
      parts.report({ kind: "keys_not_reloaded", error });
    }
  }

  const watching = parts.cache.watch(
    rowKeysOf(parts, held.claims),
    (rows) => {
      judge(rows);
      const realm = rows[2];
      if (realm !== undefined && realm.keyGeneration !== keyGeneration) {
        void judgeKeys(realm.keyGeneration);
      }
    },
    AbortSignal.any([signal, ended.signal]),
  );
  try {
    await Promise.race([watching, over]);
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}
