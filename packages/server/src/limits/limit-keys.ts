import { createHmac } from "node:crypto";
import type { DelayKeys } from "./growing-delay.ts";
import { limitAddress } from "./ip-address.ts";
import type { LimitName } from "./limit-table.ts";

/** The counters of a try of a password. */
export interface PasswordTryKeys {
  /** There while the address is known for the account. */
  readonly known: string;
  readonly failuresOfAddress: string;
  readonly fromAddress: DelayKeys;
  readonly fromStrangers: DelayKeys;
}

/** Names counters. A name is made of fixed words and hashes, so it tells nothing and carries no input. */
export interface LimitKeys {
  ofAddress(limit: LimitName, address: string | null): string;
  ofAccount(limit: LimitName, email: string): string;
  ofPasswordTry(email: string, address: string | null): PasswordTryKeys;
}

/** @param limitKey Secret, else whoever reads the names could find the emails by trying. */
export function createLimitKeys(limitKey: Buffer): LimitKeys {
  const hash = (kind: "account" | "address", value: string): string =>
    createHmac("sha256", limitKey).update(`${kind} ${value}`).digest("base64url").slice(0, 22);
  const hashAddress = (address: string | null): string => hash("address", limitAddress(address));

  return {
    ofAddress: (limit, address) => named(limit, hashAddress(address)),
    ofAccount: (limit, email) => named(limit, hash("account", email)),
    ofPasswordTry(email, address) {
      const account = hash("account", email);
      const from = hashAddress(address);
      return {
        known: `known_address:${account}:${from}`,
        failuresOfAddress: named("password_failures_of_address", from),
        fromAddress: delayKeys("password_from_address", account, from),
        fromStrangers: delayKeys("password_from_strangers", account),
      };
    },
  };
}

function named(limit: LimitName, ...whose: readonly string[]): string {
  return [limit, ...whose].join(":");
}

function delayKeys(limit: LimitName, ...whose: readonly string[]): DelayKeys {
  const name = named(limit, ...whose);
  return { tries: `${name}:tries`, delays: `${name}:delays`, gate: `${name}:gate` };
}
