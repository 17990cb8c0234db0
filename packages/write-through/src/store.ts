import { InvalidOptionsError } from "./errors.ts";

/**
 * Which store is trusted: the authority's answer. A store that is not this one changes nothing and
 * answers `stranger`.
 */
export interface StoreIdentity {
  /** The replication id of the Redis process, `master_replid`; changes on restart and promotion. */
  readonly replid: string;
  /** The random mark left by the adoption; gone after a flush. */
  readonly nonce: string;
}

/** What a store says to an operation it was sent under an identity. */
export type StoreReply<T> =
  | { readonly kind: "answered"; readonly value: T }
  | { readonly kind: "stranger" };

/** What a store has for one key. */
export type Reading =
  | { readonly kind: "hit"; readonly value: string }
  /** No value. `fillable`: the fill token that was sent is now valid for this key. */
  | { readonly kind: "miss"; readonly fillable: boolean }
  /** A write is under way, or its writer died: `fence` is the oldest of its fences. */
  | { readonly kind: "fenced"; readonly fence: string; readonly ageMs: number };

export type AdoptReply =
  | {
      readonly kind: "adopted";
      readonly replid: string;
      /** The nonce it carried before. */
      readonly replaced: string | null;
    }
  /** The store is a replica: it must not be adopted. */
  | { readonly kind: "not_master" };

/** Says that a write is about to change keys, so nobody may keep them in memory. */
export interface Invalidation {
  readonly keys: readonly string[];
  readonly fence: string;
  /** Where the writer hears acknowledgements. */
  readonly replyTo: string;
}

/** What a store tells the cache that opened it. None of these may throw. */
export interface StoreListener {
  /** Another process has fenced these keys. */
  invalidated(invalidation: Invalidation): void;
  /** The process of this id keeps the keys of one of this cache's fences no more. */
  acknowledged(fence: string, nodeId: string): void;
  /** Messages are heard from now on, or no longer. Those sent in between are lost. */
  listening(isListening: boolean): void;
}

/**
 * The steps of the protocol that a store carries out, each one atomic. Keys and values are opaque
 * text; a store knows nothing of tables.
 *
 * Every call settles within the store's own deadline. A call rejected with a {@link StoreFault} may
 * have been, or yet be, carried out.
 */
export interface CacheStore {
  /**
   * Per key, independently: its value; or, when there is none and no fence, registers `fillToken`
   * for a short time; or its oldest fence.
   */
  read(
    identity: StoreIdentity,
    keys: readonly string[],
    fillToken: string,
  ): Promise<StoreReply<readonly Reading[]>>;
  /** Stores the value if the fill token is still registered; every token of the key is then gone. */
  fill(
    identity: StoreIdentity,
    key: string,
    fillToken: string,
    value: string,
    ttlMs: number,
  ): Promise<StoreReply<"accepted" | "refused">>;
  /**
   * Adds the fence to every key, removes their values and fill tokens, and sends an invalidation to
   * every other process that listens. Sent at most once.
   */
  fence(
    identity: StoreIdentity,
    keys: readonly string[],
    fence: string,
  ): Promise<StoreReply<undefined>>;
  /**
   * Removes the fence from the key; stores the value if the fence was there and the key never had
   * another beside it. Sent at most once.
   */
  publish(
    identity: StoreIdentity,
    key: string,
    fence: string,
    value: string,
    ttlMs: number,
  ): Promise<StoreReply<"stored" | "refused">>;
  /** Removes the fence from every key. */
  unfence(
    identity: StoreIdentity,
    keys: readonly string[],
    fence: string,
  ): Promise<StoreReply<undefined>>;
  /** Marks the store with a nonce that was never sent before. */
  adopt(nonce: string): Promise<AdoptReply>;
  /** Deletes, slowly, what was kept under a nonce that is trusted no more. */
  sweep(nonce: string): Promise<void>;
  /** Tells the writer that this process keeps the keys of the fence no more. */
  acknowledge(invalidation: Invalidation, nodeId: string): Promise<void>;
  /**
   * What makes this store unfit to be trusted, in a sentence that says what to do; undefined when
   * there is nothing.
   */
  unfitness(): Promise<string | undefined>;
  /**
   * Connects, and tells the listener; resolves also when the store cannot be reached yet. A store
   * serves one cache at a time.
   */
  open(listener: StoreListener): Promise<void>;
  close(): Promise<void>;
}

/** A store did not answer in time, or answered with an error: what was asked may yet be done. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
}

export function openedTwice(): InvalidOptionsError {
  return new InvalidOptionsError("A store serves one cache at a time: make one for each");
}
