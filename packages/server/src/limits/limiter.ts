import { refuse } from "./admission.ts";
import type { Admission, LimitRefusal } from "./admission.ts";
import type { Counters } from "./counters.ts";
import { limitAddress } from "./ip-address.ts";
import { createLimitKeys } from "./limit-keys.ts";
import type { LimitSettings } from "./limit-options.ts";
import { callLimitOf, limits } from "./limit-table.ts";
import type { AccountLimitName, CallLimitName, LimitedProcedure } from "./limit-table.ts";
import { createMemoryCounters } from "./memory-counters.ts";
import { countTry, forgiveTry, rememberOnlyAddress, retractTry } from "./password-tries.ts";
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
      /**
       * Runs the work that compares the password. If it throws, the try is taken back: it must throw
       * only where the password was not compared, or was right, and return that it was wrong.
       */
      readonly compare: <Value>(work: () => Promise<Value>) => Promise<Value>;
      /** To be called when the password was right, and its user is let in. */
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
  admitForAccount(
    limit: AccountLimitName,
    email: string,
    address: string | null,
  ): Promise<Admission>;
  /** Counts a denied call. Says whether the audit log is to be told of it. */
  admitDenial(userId: string, permission: string): Promise<Admission>;
  /**
   * Makes an address the only one that is known for an account, and lets delays there begin anew: for
   * who has shown that the account is theirs and nobody else's any more, by its mailbox or by a new
   * password. So an owner at a new place can sign in after a reset, whatever strangers do.
   */
  rememberOnlyAddress(email: string, address: string | null): Promise<void>;
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
    name: CallLimitName | AccountLimitName | "calls_of_address" | "noted_denials",
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
      const counted = await store.decide((counters) =>
        countTry(counters, tryKeys, passwordLimits, now()),
      );
      if (counted.kind === "refused") return counted;
      return {
        kind: "admitted",
        async compare(work) {
          try {
            return await work();
          } catch (error) {
            await store.decide((counters) => retractTry(counters, tryKeys, counted));
            throw error;
          }
        },
        succeeded: () => store.decide((counters) => forgiveTry(counters, tryKeys, counted)),
      };
    },

    admitForAccount(name, email, address) {
      const key =
        limits[name].key === "account"
          ? keys.ofAccount(name, email)
          : keys.ofAccountAndAddress(name, email, address);
      return store.decide((counters) => admit(counters, name, key));
    },

    admitDenial(userId, permission) {
      const key = keys.ofDenial("noted_denials", userId, permission);
      return store.decide((counters) => admit(counters, "noted_denials", key));
    },

    rememberOnlyAddress(email, address) {
      const tryKeys = keys.ofPasswordTry(email, address);
      return store.decide((counters) => rememberOnlyAddress(counters, tryKeys, now()));
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
