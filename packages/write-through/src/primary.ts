import type { Authority, EpochName } from "./protocol/belief.ts";
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

/** One process in the list of those that may keep rows in their memory. */
export interface ListedNode {
  readonly id: string;
  /**
   * The mark of its eviction, used for no other. It was silent, and may use its memory until the
   * lease it had then is over. A mark, because a failover of Postgres may lose an eviction, and the
   * wait for it must not be taken for the wait for a later one.
   */
  readonly eviction: string | null;
}

/** What one SELECT says to a process that renews its belief. */
export interface Renewal {
  readonly authority: Authority;
  /** Is the process in the list, and not evicted? */
  readonly isListed: boolean;
}

/** A transaction that holds the lock of its fence until it ends, however it ends. */
export interface WriteTransaction<Handle> {
  /**
   * Is the epoch still this one, and will it be until the transaction ends? If so, the processes
   * listed at a moment after the call.
   */
  holdEpoch(epoch: EpochName): Promise<readonly ListedNode[] | undefined>;
  /**
   * Runs the caller's statements.
   *
   * @throws TransactionConflict; UndeclaredWriteError; DeadlineError when a statement, or all
   *   together, took too long; DatabaseUnavailableError; what `work` throws of its own, as it is.
   */
  run<T>(work: (handle: Handle) => Promise<T>): Promise<T>;
  /** Sends the commit, and says what can be known of it. */
  commit(): Promise<CommitOutcome>;
  /** Before a commit was sent: nothing of the transaction can happen, also when this rejects. */
  rollback(): Promise<void>;
}

/**
 * The steps of the protocol that the primary Postgres carries out. Every call settles within a
 * deadline of its own; a late one is rejected with a DeadlineError, one whose connection failed with a
 * DatabaseUnavailableError, and both may yet be carried out.
 */
export interface Primary<Handle> {
  /** @param nodeId the process' own id in the list, if it is in it. */
  renew(nodeId: string | undefined): Promise<Renewal>;
  /**
   * Makes a store the trusted one, if the epoch is still the one that was seen. Out of a settled
   * epoch without a store, nobody can have a cache in use, so the new epoch is settled from the start.
   */
  adoptStore(seen: EpochName, identity: StoreIdentity): Promise<boolean>;
  /** Begins an epoch without a store, if the epoch is still the one that was seen. */
  bypassStore(seen: EpochName, nonce: string): Promise<boolean>;
  /** Notes that every process has known the epoch for a lease. */
  settleEpoch(epoch: EpochName): Promise<void>;
  /** Puts a process in the list, and takes out ids it had before, in one statement. */
  joinNodes(nodeId: string, formerIds: readonly string[]): Promise<void>;
  listNodes(): Promise<readonly ListedNode[]>;
  /**
   * Committed at once: from then on no renewal of these processes succeeds.
   *
   * @returns those of them that are listed; one that had been evicted keeps the mark it had.
   */
  evictNodes(nodeIds: readonly string[], mark: string): Promise<readonly ListedNode[]>;
  /** Takes out of the list those who were evicted under these marks. */
  removeEvicted(marks: readonly string[]): Promise<void>;
  /** Takes out ids that are a process' own. */
  removeNodes(nodeIds: readonly string[]): Promise<void>;
  /** Is the transaction of this fence over? */
  isFenceOver(fence: string): Promise<boolean>;
  /** Runs a query in a snapshot of its own, taken after the call. */
  load<T>(query: (handle: Handle) => Promise<T>): Promise<T>;
  /** @param keys what the transaction may change of the cached tables. */
  begin(fence: string, keys: readonly string[]): Promise<WriteTransaction<Handle>>;
}
