import { refuse } from "./admission.ts";
import type { Admission, LimitRefusal } from "./admission.ts";
import type { Counters } from "./counters.ts";
import { limitAddress } from "./ip-address.ts";
import { createLimitKeys } from "./limit-keys.ts";
import type { LimitSettings } from "./limit-options.ts";
import { callLimitOf, limits } from "./limit-table.ts";
import type { AccountLimitName, CallLimitName, LimitedProcedure } from "./limit-table.ts";
import { createMemoryCounters } from "./memory-counters.ts";
import { countTry, forgiveTry, rememberAddress } from "./password-tries.ts";
import type { PasswordTryLimits } from "./password-tries.ts";

/** A store that is away is reported once in so long. */
const reportEveryMs = 60_000;

/** Decisions are made without the limit store, by each process for itself. */
export interface LimitEvent {
  readonly kind: "limits_counted_locally";
  readonly error: unknown;
}

/** What a try of a password comes to. */
export type PasswordTry =
  | {
      readonly kind: "admitted";
      /** To be called when the password was right. */
      readonly succeeded: () => Promise<void>;
    }
  | LimitRefusal;

/**
 * Says what may go on. Never throws because the store is away.
 *
 * Emails are in canonical form, addresses as `clientAddress` gives them.
 */
export interface Limiter {
  /**
   * Counts a call before it runs; each call of a batch by itself.
   *
   * @param call `"other"` has no limit but the one that every call has.
   */
  admitCall(call: LimitedProcedure | "other", address: string | null): Promise<Admission>;
  /**
   * Counts a try of a password before it is compared. For unknown accounts too: whoever is refused
   * must not learn from it who has an account.
   */
  admitPasswordTry(email: string, address: string | null): Promise<PasswordTry>;
  /** Counts what is bounded for an account, before anybody looks whether it exists. */
  admitForAccount(limit: AccountLimitName, email: string): Promise<Admission>;
  /**
   * Makes an address known for an account without a password, and lets delays there begin anew: for
   * who has shown that the account's mailbox is theirs. So an owner at a new place can sign in after a reset, whatever strangers do.
   */
  rememberAddress(email: string, address: string | null): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface LimiterOptions extends LimitSettings {
  /** At least 32 random bytes, the same on all nodes. */
  readonly limitKey: Buffer;
  readonly now: () => number;
  readonly report: (event: LimitEvent) => void;
}

export function createLimiter({ store, scale, limitKey, now, report }: LimiterOptions): Limiter {
  const keys = createLimitKeys(limitKey);
  const passwordLimits = scalePasswordLimits(scale);
  // Apart from the store's: a flood of calls must not drive counted passwords out of memory.
  const ownCounters = createMemoryCounters();
  let reportedAtMs = Number.NEGATIVE_INFINITY;

  async function admit(
    counters: Counters,
    name: CallLimitName | AccountLimitName | "calls_of_address",
    key: string,
  ): Promise<Admission> {
    const { points, windowSeconds } = limits[name];
    const { count, endsInMs } = await counters.increment(key, windowSeconds);
    return count <= points * scale ? { kind: "admitted" } : refuse(name, endsInMs);
  }

  return {
    async admitCall(call, address) {
      const ofAll = await admit(ownCounters, "calls_of_address", limitAddress(address));
      if (ofAll.kind === "refused" || call === "other") return ofAll;
      const name = callLimitOf[call];
      const key = keys.ofAddress(name, address);
      return store.decide((counters) => admit(counters, name, key));
    },

    async admitPasswordTry(email, address) {
      const tryKeys = keys.ofPasswordTry(email, address);
      const counted = await store.decide((counters) => countTry(counters, tryKeys, passwordLimits));
      if (counted.kind === "refused") return counted;
      return {
        kind: "admitted",
        succeeded: () => store.decide((counters) => forgiveTry(counters, tryKeys, counted)),
      };
    },

    admitForAccount(name, email) {
      const key = keys.ofAccount(name, email);
      return store.decide((counters) => admit(counters, name, key));
    },

    rememberAddress(email, address) {
      const tryKeys = keys.ofPasswordTry(email, address);
      return store.decide((counters) => rememberAddress(counters, tryKeys));
    },

    start() {
      return store.start((error) => {
        if (now() - reportedAtMs < reportEveryMs) return;
        reportedAtMs = now();
        report({ kind: "limits_counted_locally", error });
      });
    },

    stop: () => store.close(),
  };
}

function scalePasswordLimits(scale: number): PasswordTryLimits {
  const { password_from_address, password_from_strangers, password_failures_of_address } = limits;
  return {
    fromAddress: {
      ...password_from_address,
      freeTries: password_from_address.freeTries * scale,
    },
    fromStrangers: {
      ...password_from_strangers,
      freeTries: password_from_strangers.freeTries * scale,
    },
    failuresOfAddress: {
      ...password_failures_of_address,
      points: password_failures_of_address.points * scale,
    },
  };
}
