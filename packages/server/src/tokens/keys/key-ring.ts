import type { AuthEvent } from "../../events.ts";
import type { TokenAlgorithm } from "../../options.ts";
import type { DatabasePort } from "../../repositories/database-port.ts";
import { insertFirstSigningKey, listSigningKeys } from "../../repositories/signing-keys.ts";
import { NotStartedError } from "../../start-errors.ts";
import { makeSigningKey, openKeySet } from "./key-set.ts";
import type { KeySet } from "./key-set.ts";

/** A retired key verifies for as long as the longest access token it may have signed. */
const retiredKeyLifeMs = (3600 + 60) * 1000;
/** So often a node looks for keys that another one made or retired. */
const reloadEveryMs = 60_000;
/** A stranger can invent key ids: they cost us at most one statement in so long. */
const reloadForUnknownKeyMs = 5000;

/** The signing keys of this node, as they are in Postgres. */
export interface KeyRing {
  /** @throws NotStartedError */
  current(): KeySet;
  /** Looks whether another node has made the key, at most once in 5 s. */
  reloadForUnknownKey(): Promise<void>;
  /** Loads the keys, or makes the first one. @throws SecretMismatchError */
  start(): Promise<void>;
  stop(): void;
}

export interface KeyRingOptions {
  readonly database: DatabasePort;
  readonly algorithm: TokenAlgorithm;
  readonly encryptionKey: Buffer;
  readonly now: () => number;
  readonly report: (event: AuthEvent) => void;
}

export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { database, algorithm, encryptionKey, now, report } = options;
  let keys: KeySet | undefined;
  let loadedKids: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reloading: Promise<void> | undefined;
  let reloadedForUnknownKeyAt = Number.NEGATIVE_INFINITY;

  /** Returns the very same set while the table is the same: what hangs on it is then kept too. */
  async function load(): Promise<KeySet | undefined> {
    const stored = await database.read((db) =>
      listSigningKeys(db, algorithm, now() - retiredKeyLifeMs),
    );
    const kids = stored.map((key) => `${key.kid} ${key.retiredAt}`).join();
    if (keys === undefined || kids !== loadedKids) {
      const opened = await openKeySet(stored, algorithm, encryptionKey);
      loadedKids = kids;
      return opened;
    }
    return keys;
  }

  /** Keeps the old keys when it fails: they were good a minute ago, and tokens are still checked. */
  async function reload(): Promise<void> {
    try {
      keys = (await load()) ?? keys;
    } catch (error) {
      report({ kind: "keys_not_reloaded", error });
    }
  }

  return {
    current() {
      if (keys === undefined) throw new NotStartedError();
      return keys;
    },
    async reloadForUnknownKey() {
      if (reloading === undefined && now() - reloadedForUnknownKeyAt >= reloadForUnknownKeyMs) {
        reloadedForUnknownKeyAt = now();
        reloading = reload().finally(() => {
          reloading = undefined;
        });
      }
      await reloading;
    },
    async start() {
      keys = await load();
      if (keys === undefined) {
        const made = await makeSigningKey(algorithm, encryptionKey, now());
        await database.transact((transaction) => insertFirstSigningKey(transaction, made));
        // Not `made`: another node may have been first, and its key is then the one in the table.
        keys = await load();
      }
      if (keys === undefined) throw new Error("The signing key just made is not in the table");
      clearInterval(timer);
      timer = setInterval(() => void reload(), reloadEveryMs);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
    },
  };
}
