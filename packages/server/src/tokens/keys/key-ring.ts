import { ContentionError } from "@portcullis/write-through";
import type { CryptoKey } from "jose";
import { PortcullisError } from "../../errors.ts";
import type { TokenAlgorithm } from "../../options.ts";
import { readKeyGeneration, realmId } from "../../repositories/realm.ts";
import type { DatabasePort } from "../../repositories/database-port.ts";
import {
  destroySigningKeysRetiredBefore,
  listSealedSigningKeys,
} from "../../repositories/signing-keys.ts";
import type { SealedSigningKey } from "../../repositories/signing-keys.ts";
import { NotStartedError } from "../../start-errors.ts";
import { makeFirstKey, rotateKeys } from "./key-changes.ts";
import type { KeyChangeParts } from "./key-changes.ts";
import { openKeySet, openPublicKey } from "./key-set.ts";
import type { KeySet } from "./key-set.ts";
import { isRotationDue, signerOf, verifiesUntil, verifyAfterRetirementMs } from "./key-times.ts";
import { resealKeys } from "./reseal-keys.ts";
import { shareLoads } from "./shared-loads.ts";

/** So often a node looks after the keys, though nobody told it of a change. */
const upkeepEveryMs = 60_000;
/** A write of the cache has given up five times over before it counts as one of these. */
const firstKeyAttemptsMax = 3;

/** The signing keys of this node, as they are in Postgres. */
export interface KeyRing {
  /** The keys as they were loaded last. @throws NotStartedError */
  current(): KeySet;
  /**
   * The keys as they are at some moment of the call: loaded again if the key generation, which comes
   * out of the cache, has changed.
   *
   * @throws when neither the cache nor Postgres can say.
   */
  fresh(): Promise<KeySet>;
  /** The same for a caller who has just read the generation. */
  upTo(generation: number): Promise<KeySet>;
  /**
   * What a key verifies with that any node may take tokens of: of either algorithm, whichever this
   * node is configured for, and until its private part is destroyed. Asks Postgres every time.
   *
   * @returns `undefined` when there is no such key, or it was destroyed.
   * @throws SecretMismatchError
   * @throws DamagedKeyError
   */
  findPublicKey(kid: string, algorithm: TokenAlgorithm): Promise<CryptoKey | undefined>;
  /**
   * What each node does once a minute: loads the keys, destroys what is over, and rotates if it is
   * time. Never throws; what fails is reported, and the keys stay as they were.
   */
  upkeep(): Promise<void>;
  /**
   * Loads the keys, or makes the first one, and seals anew what an older secret sealed.
   *
   * @throws SecretMismatchError
   * @throws DamagedKeyError
   */
  start(): Promise<void>;
  stop(): void;
}

export interface KeyRingOptions extends KeyChangeParts {
  readonly database: DatabasePort;
  /** Age at which the key that signs is replaced. */
  readonly keyRotationMs: number;
}

export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { database, cache, realm, algorithm, encryptionKeys, keyRotationMs, now, report } = options;
  let keySet: KeySet | undefined;
  let contents: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  function current(): KeySet {
    if (keySet === undefined) throw new NotStartedError();
    return keySet;
  }

  /** Keeps the very same set while nothing has changed: what hangs on it is then kept too. */
  async function load(): Promise<KeySet> {
    const { generation, stored } = await readKeys();
    const read = JSON.stringify([generation, stored.map(timesOf)]);
    if (keySet === undefined || contents !== read) {
      keySet = await openKeySet(stored, generation, algorithm, encryptionKeys);
      contents = read;
    }
    return keySet;
  }

  async function readKeys() {
    return await database.read(async (db) => {
      // Before the keys: what is read after it may be newer than it says, but never older.
      const generation = await readKeyGeneration(db);
      const sealed = await listSealedSigningKeys(db);
      const stored = sealed.filter(
        (key) => key.algorithm === algorithm && now() < verifiesUntil(key),
      );
      return { generation, stored };
    });
  }

  const reload = shareLoads(async () => {
    for (let attempt = 1; ; attempt += 1) {
      // Loaded also after one was made: another node may have been first, and its key is then ours.
      const loaded = await load();
      const hasSigner = signerOf(loaded.keys.values(), now()) !== undefined;
      if (hasSigner || attempt > firstKeyAttemptsMax) return loaded;
      try {
        await makeFirstKey(options);
      } catch (error) {
        // Nodes that start at once are in each other's way; by now one of them may have been through.
        if (!(error instanceof ContentionError) || attempt === firstKeyAttemptsMax) throw error;
      }
    }
  });

  async function upTo(generation: number): Promise<KeySet> {
    const known = current();
    if (known.generation === generation) return known;
    const loaded = await reload();
    if (loaded.generation >= generation) return loaded;
    const cause = new Error("Postgres has older signing keys than the cache has heard of");
    throw new PortcullisError("unavailable", { cause });
  }

  async function rotateIfDue(): Promise<void> {
    if (!isRotationDue(current().keys.values(), keyRotationMs, now())) return;
    await rotateKeys(options);
    await reload();
  }

  async function upkeep(): Promise<void> {
    try {
      await reload();
    } catch (error) {
      report({ kind: "keys_not_reloaded", error });
      return;
    }
    try {
      await database.transact((transaction) =>
        destroySigningKeysRetiredBefore(transaction, now() - verifyAfterRetirementMs),
      );
      await rotateIfDue();
    } catch (error) {
      report({ kind: "keys_not_rotated", error });
    }
  }

  return {
    current,
    async fresh() {
      const [record] = await cache.readMany([realm.key(realmId)]);
      if (record === undefined) throw new Error("The realm has no row");
      return await upTo(record.keyGeneration);
    },
    upTo,
    async findPublicKey(kid, keyAlgorithm) {
      const stored = await database.read(listSealedSigningKeys);
      const key = stored.find((each) => each.kid === kid && each.algorithm === keyAlgorithm);
      return key && (await openPublicKey(key, keyAlgorithm, encryptionKeys));
    },
    upkeep,
    async start() {
      await reload();
      await resealKeys(database, encryptionKeys);
      clearInterval(timer);
      timer = setInterval(() => void upkeep(), upkeepEveryMs);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
    },
  };
}

/** What tells a stored key from another, or from itself at another time. */
function timesOf({ kid, activatesAt, retiredAt }: SealedSigningKey): unknown {
  return [kid, activatesAt, retiredAt];
}
