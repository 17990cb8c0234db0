import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import pLimit from "p-limit";
import { PortcullisError } from "../errors.ts";
import { NotStartedError } from "../start-errors.ts";
import type { Password } from "./password-schema.ts";
import { isAcceptableHash } from "./stored-hash.ts";

/** Argon2id as OWASP's cheat sheet asks at least; the algorithm and version 19 are the library's defaults. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Argon2id with a bound on how much of the machine it takes. */
export interface PasswordHasher {
  /** @throws PortcullisError `overloaded` */
  hash(password: Password): Promise<string>;
  /**
   * Compares a password with a stored hash. Without one it takes the same time and says false, so
   * that the time does not tell whether an account exists.
   *
   * @throws PortcullisError `overloaded`
   */
  verify(storedHash: string | undefined, password: Password): Promise<boolean>;
  start(): Promise<void>;
}

export function createPasswordHasher(bounds: {
  readonly concurrency: number;
  readonly queueMax: number;
}): PasswordHasher {
  const limit = pLimit(bounds.concurrency);
  let accepted = 0;
  let decoyHash: string | undefined;

  async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    if (accepted >= bounds.concurrency + bounds.queueMax) throw new PortcullisError("overloaded");
    accepted += 1;
    try {
      return await limit(work);
    } finally {
      accepted -= 1;
    }
  }

  return {
    hash: (password) => inTurn(() => hash(password, cost)),
    async verify(storedHash, password) {
      if (decoyHash === undefined) throw new NotStartedError();
      if (storedHash !== undefined && !isAcceptableHash(storedHash)) {
        throw new Error(
          "A password hash in the database is not Argon2id within the accepted costs",
        );
      }
      const candidate = storedHash ?? decoyHash;
      const isRight = await inTurn(() => verify(candidate, password));
      return isRight && storedHash !== undefined;
    },
    async start() {
      decoyHash ??= await hash(randomBytes(32), cost);
    },
  };
}
