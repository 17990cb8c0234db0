import { createHash } from "node:crypto";
import { readRange } from "./breach-source.ts";
import type { BreachSource } from "./breach-source.ts";
import { contextWordsOf } from "./context-words.ts";
import { judgeNewPassword } from "./judge-new-password.ts";
import type { PasswordVerdict } from "./judge-new-password.ts";
import type { Password } from "./password-schema.ts";

/** How long a new password waits for the breach source. */
export const breachDeadlineMs = 1000;
/** Calls of the source that have not ended, also after their deadline; a further one is not made. */
export const openRangesMax = 32;

/** The breach source gave no usable answer in time; the password it was asked about was accepted. */
export interface BreachSourceFailed {
  readonly kind: "breach_source_failed";
  readonly error: unknown;
}

/** Which new passwords are too easy to guess. */
export interface PasswordPolicy {
  /**
   * Judges a new password before it is hashed.
   *
   * @param owner What is known of the person, whose words an attacker would try first.
   */
  check(password: Password, owner: PasswordOwner): Promise<PasswordVerdict>;
}

export interface PasswordOwner {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
}

export function createPasswordPolicy(options: {
  /** Names, issuer, audience: texts with the application's own words. */
  readonly applicationTexts: readonly string[];
  readonly breachSource: BreachSource | undefined;
  readonly report: (event: BreachSourceFailed) => void;
}): PasswordPolicy {
  const { applicationTexts, breachSource, report } = options;
  let openRanges = 0;

  async function askRange(source: BreachSource, prefix: string): Promise<string> {
    if (openRanges >= openRangesMax) {
      throw new Error(`${openRangesMax} calls of the breach source have not ended`);
    }
    openRanges += 1;
    const deadline = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const error = new Error(`The breach source did not answer within ${breachDeadlineMs} ms`);
      late.reject(error);
      deadline.abort(error);
    }, breachDeadlineMs);
    const answer = callRange(source, prefix, deadline.signal).finally(() => (openRanges -= 1));
    try {
      // A later failure of the loser is no unhandled rejection: race() has subscribed to both.
      return await Promise.race([answer, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function isBreached(source: BreachSource, password: Password): Promise<boolean> {
    const { prefix, suffix } = breachKeyOf(password);
    const finding = readRange(await askRange(source, prefix), suffix);
    switch (finding) {
      case "breached":
        return true;
      case "not_listed":
        return false;
      case "malformed":
      case "too_long":
        throw new Error(`The answer of the breach source is ${finding.replace("_", " ")}`);
    }
  }

  return {
    async check(password, owner) {
      const texts = [...applicationTexts, owner.name ?? "", ...emailTexts(owner.email)];
      const verdict = judgeNewPassword(password, contextWordsOf(texts));
      if (verdict.kind === "refused" || breachSource === undefined) return verdict;
      try {
        const isKnown = await isBreached(breachSource, password);
        return isKnown ? { kind: "refused", why: "breached" } : verdict;
      } catch (error) {
        // Nobody could sign up while the source is away, and the other rules still hold.
        report({ kind: "breach_source_failed", error });
        return verdict;
      }
    },
  };
}

/** A source may throw before it returns a promise; here that is a failed answer too. */
async function callRange(
  source: BreachSource,
  prefix: string,
  signal: AbortSignal,
): Promise<string> {
  return source.range(prefix, signal);
}

/**
 * SHA-1 is what collections of breached passwords are indexed by. Nothing secret rests on it: what
 * is stored of a password is Argon2id.
 */
function breachKeyOf(password: Password): { prefix: string; suffix: string } {
  const digits = createHash("sha1").update(password).digest("hex").toUpperCase();
  return { prefix: digits.slice(0, 5), suffix: digits.slice(5) };
}

/** The address, its local part and its host. */
function emailTexts(email: string | undefined): string[] {
  return email === undefined ? [] : [email, ...email.split("@")];
}
