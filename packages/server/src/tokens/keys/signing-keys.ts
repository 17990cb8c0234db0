import { keyIdSchema } from "../claims.ts";
import type { DatabasePort } from "../../repositories/database-port.ts";
import { listSigningKeys } from "../../repositories/signing-keys.ts";
import { adoptKey, retireKey, rotateKeys } from "./key-changes.ts";
import type { KeyChangeParts, KeyImport, KeyRetirement, KeySuccession } from "./key-changes.ts";
import type { KeyRing } from "./key-ring.ts";
import { stateOf } from "./key-times.ts";
import type { KeyState } from "./key-times.ts";
import { readOwnKey } from "./own-key.ts";

/** A signing key as it is listed. Times are milliseconds since 1970. */
export interface SigningKeyInfo {
  /** Thumbprint of the key (RFC 7638). */
  readonly kid: string;
  /** `"EdDSA"` or `"ES256"`. */
  readonly algorithm: string;
  readonly state: KeyState;
  readonly createdAt: number;
  /** From when on it signs. */
  readonly activatesAt: number;
  /** From when on it does not sign; `null` while none follows it. */
  readonly retiredAt: number | null;
}

/**
 * The keys that sign access tokens, for operators. Nodes rotate them by themselves, every
 * `tokens.keyRotationDays`; `docs/keys.md` says when a person has to do something.
 *
 * Every method needs `auth.start()` before it, and throws `NotStartedError` without it. The changing
 * ones throw what `cache.write` throws; after an `OutcomeUnknownError` ask `list()`.
 *
 * @example
 * ```ts setup=auth
 * const active = (await auth.keys.list()).find((key) => key.state === "active");
 * // Somebody may have seen it: from here on no node takes a token of it.
 * if (active !== undefined) await auth.keys.retire(active.kid);
 * ```
 */
export interface SigningKeys {
  /** The keys there are and have been, of all algorithms, newest first. At most 100. */
  list(): Promise<SigningKeyInfo[]>;
  /**
   * Publishes a new key, which takes over in 10 minutes: when all nodes, and all services that keep
   * the JWKS for its 5 minutes, know it. The key before it goes on to verify for 61 minutes. While a
   * key waits for its turn no other is made.
   */
  rotate(): Promise<KeySuccession>;
  /**
   * Takes a key out of use at once, because it may have leaked, and destroys its private part: no call
   * that starts after this has returned is accepted with a token of it, on any node. Where it signed,
   * the key that was to follow signs from now on, or else a new one. Its users have to refresh.
   * Services that verify by the JWKS alone go on to take its tokens until they load it again.
   */
  retire(kid: string): Promise<KeyRetirement>;
  /**
   * Takes a key of yours, as {@link rotate} takes a new one. It is stored encrypted and can not be
   * got out again; its id becomes its thumbprint.
   *
   * @param text a private JWK (RFC 7517) or an unencrypted PKCS#8 PEM of the configured algorithm:
   *   Ed25519 for `"EdDSA"`, P-256 for `"ES256"`. At most 8192 bytes.
   * @throws WeakKeyError when it is no such key: of another kind, without its private part, damaged,
   *   meant for something else, or to be guessed.
   */
  import(text: string): Promise<KeyImport>;
}

export interface SigningKeysOptions extends KeyChangeParts {
  readonly database: DatabasePort;
  readonly keyRing: KeyRing;
}

export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const { database, keyRing, algorithm, now } = options;

  /** Only a ring that has started knows that our secret opens the keys there are. */
  async function change<Outcome>(make: () => Promise<Outcome>): Promise<Outcome> {
    keyRing.current();
    const outcome = await make();
    // Not for safety, which the key generation sees to: so that the JWKS of this node is new at once.
    await keyRing.upkeep();
    return outcome;
  }

  return {
    async list() {
      keyRing.current();
      const keys = await database.read(listSigningKeys);
      const nowMs = now();
      return keys.map((key) => ({ ...key, state: stateOf(key, nowMs) }));
    },
    rotate: () => change(() => rotateKeys(options)),
    retire: (kid) =>
      change(async () =>
        keyIdSchema.safeParse(kid).success ? await retireKey(options, kid) : { kind: "unknown" },
      ),
    import: (text) =>
      change(async () => await adoptKey(options, await readOwnKey(text, algorithm))),
  };
}
