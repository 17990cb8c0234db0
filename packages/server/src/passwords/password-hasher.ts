import { randomBytes } from "node:crypto";
import { hash, hashRaw, verify } from "@node-rs/argon2";
import pLimit from "p-limit";
import { PortcullisError } from "../errors.ts";
import { NotStartedError } from "../start-errors.ts";
import { fillerCost, isCheaper } from "./hash-cost.ts";
import type { HashCost } from "./hash-cost.ts";
import type { Password } from "./password-schema.ts";
import { readHashCost } from "./stored-hash.ts";

/** Argon2id with a bound on how much of the machine it takes. */
export interface PasswordHasher {
  /** @throws PortcullisError `overloaded` */
  hash(password: Password): Promise<string>;
  /**
   * Compares a password with a stored hash. Without one the same work is done on a decoy, and with
   * one that cost less than hashes do now the missing work is done besides, so that the time does
   * not tell whether an account exists, nor how old it is.
   *
   * @throws PortcullisError `overloaded`
   * @throws Error when the stored hash is not one that is accepted; it is not computed.
   */
  verify(storedHash: string | undefined, password: Password): Promise<boolean>;
  /** Whether to hash a password anew that has just been verified, because hashes cost more now. */
  needsRehash(storedHash: string): boolean;
  start(): Promise<void>;
}

/** The library, for tests that count what it is asked to compute. */
export interface Argon2 {
  readonly hash: typeof hash;
  readonly hashRaw: typeof hashRaw;
  readonly verify: typeof verify;
}

export function createPasswordHasher(
  settings: {
    readonly concurrency: number;
    readonly queueMax: number;
    readonly cost: HashCost;
  },
  argon2: Argon2 = { hash, hashRaw, verify },
): PasswordHasher {
  const { concurrency, queueMax, cost: present } = settings;
  const limit = pLimit(concurrency);
  let accepted = 0;
  let decoyHash: string | undefined;

  async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    if (accepted >= concurrency + queueMax) throw new PortcullisError("overloaded");
    accepted += 1;
    try {
      return await limit(work);
    } finally {
      accepted -= 1;
    }
  }

  return {
    hash: (password) => inTurn(() => argon2.hash(password, toArgon2(present))),
    async verify(storedHash, password) {
      if (decoyHash === undefined) throw new NotStartedError();
      const candidate = storedHash ?? decoyHash;
      const filler = fillerCost(costOf(candidate), present);
      const isRight = await inTurn(async () => {
        const isMatch = await argon2.verify(candidate, password);
        // Also when it matches: a banned user with the right password is told what a wrong one is.
        if (filler !== undefined) await argon2.hashRaw(password, toArgon2(filler));
        return isMatch;
      });
      return isRight && storedHash !== undefined;
    },
    needsRehash: (storedHash) => isCheaper(costOf(storedHash), present),
    async start() {
      decoyHash ??= await argon2.hash(randomBytes(32).toString("hex"), toArgon2(present));
    },
  };
}

/** The algorithm, Argon2id, and its version 19 are the library's defaults, as is a random salt of 16 bytes. */
function toArgon2({ memoryKib, passes, lanes }: HashCost) {
  return { memoryCost: memoryKib, timeCost: passes, parallelism: lanes };
}

function costOf(storedHash: string): HashCost {
  const cost = readHashCost(storedHash);
  if (cost !== undefined) return cost;
  throw new Error("A password hash in the database is not Argon2id within the accepted costs");
}
