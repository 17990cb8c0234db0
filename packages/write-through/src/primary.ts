import type { Authority } from "./protocol/belief.ts";
import type { StoreIdentity } from "./store.ts";

/** How a commit ended, as far as can be known. */
export type CommitOutcome =
  | { readonly kind: "committed" }
  | { readonly kind: "rolled_back"; readonly error: unknown }
  | { readonly kind: "unknown"; readonly error: unknown };

/** The database gave a transaction up for the sake of another: the same one may succeed now. */
export class TransactionConflict extends Error {
  override readonly name = "TransactionConflict";
}

/** A transaction that holds the lock of its fence until it ends, however it ends. */
export interface WriteTransaction<Handle> {
  /** Is the epoch still this one, of this nonce, and will it be until the transaction ends? */
  holdEpoch(epoch: bigint, nonce: string): Promise<boolean>;
  /**
   * Runs the caller's statements.
   *
   * @throws TransactionConflict; DeadlineError when a statement, or all together, took too long.
   */
  run<T>(work: (handle: Handle) => Promise<T>): Promise<T>;
  /** Sends the commit, and says what can be known of it. */
  commit(): Promise<CommitOutcome>;
  /** Before a commit was sent: nothing of the transaction can happen, also when this rejects. */
  rollback(): Promise<void>;
}

/**
 * The steps of the protocol that the primary Postgres carries out. Every call settles within a
 * deadline of its own; a late one is rejected with a DeadlineError and may yet be carried out.
 */
export interface Primary<Handle> {
  readAuthority(): Promise<Authority>;
  /**
   * Makes a store the trusted one, if the epoch is still the one that was seen. Out of a settled
   * epoch without a store, nobody can have a cache in use, so the new epoch is settled from the start.
   */
  adoptStore(epoch: bigint, identity: StoreIdentity): Promise<boolean>;
  /** Notes that every process has known the epoch, of this nonce, for a lease. */
  settleEpoch(epoch: bigint, nonce: string | null): Promise<void>;
  /** Is the transaction of this fence over? */
  isFenceOver(fence: string): Promise<boolean>;
  /** Runs a query in a snapshot of its own, taken after the call. */
  load<T>(query: (handle: Handle) => Promise<T>): Promise<T>;
  begin(fence: string): Promise<WriteTransaction<Handle>>;
}
