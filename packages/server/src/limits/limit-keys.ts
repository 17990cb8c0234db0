import { createHmac } from "node:crypto";
import type { DelayKeys } from "./growing-delay.ts";
import { limitAddress } from "./ip-address.ts";
import type { LimitName } from "./limit-table.ts";

/** The counters of a try of a password. */
export interface PasswordTryKeys {
  /** When the address was last seen with a right password, in milliseconds since 1970. */
  readonly addressSeen: string;
  /** When the addresses of the account were last forgotten, likewise. */
  readonly addressesForgotten: string;
  readonly failuresOfAddress: string;
  readonly fromAddress: DelayKeys;
  readonly fromStrangers: DelayKeys;
}

/** Names counters. A name is made of fixed words and hashes, so it tells nothing and carries no input. */
export interface LimitKeys {
  ofAddress(limit: LimitName, address: string | null): string;
  ofAccount(limit: LimitName, email: string): string;
  ofAccountAndAddress(limit: LimitName, email: string, address: string | null): string;
  ofDenial(limit: LimitName, userId: string, permission: string): string;
  ofPasswordTry(email: string, address: string | null): PasswordTryKeys;
}

/** @param limitKey Secret, else whoever reads the names could find the emails by trying. */
export function createLimitKeys(limitKey: Buffer): LimitKeys {
  const hash = (kind: "account" | "address" | "denial", value: string): string =>
    createHmac("sha256", limitKey).update(`${kind} ${value}`).digest("base64url").slice(0, 22);
  const hashAddress = (address: string | null): string => hash("address", limitAddress(address));

  return {
    ofAddress: (limit, address) => named(limit, hashAddress(address)),
    ofAccount: (limit, email) => named(limit, hash("account", email)),
    ofAccountAndAddress: (limit, email, address) =>
      named(limit, hash("account", email), hashAddress(address)),
    ofDenial: (limit, userId, permission) =>
      named(limit, hash("denial", `${userId} ${permission}`)),
    ofPasswordTry(email, address) {
      const account = hash("account", email);
      const from = hashAddress(address);
      return {
        addressSeen: `address_seen:${account}:${from}`,
        addressesForgotten: `addresses_forgotten:${account}`,
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
