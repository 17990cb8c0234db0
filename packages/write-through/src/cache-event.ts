/** The operations of a store, as events name them. */
export type StoreOperation =
  | "acknowledge"
  | "adopt"
  | "fence"
  | "fill"
  | "publish"
  | "read"
  | "sweep"
  | "unfence";

/**
 * What happened inside the cache that no caller was told, for logs and metrics. But
 * for `audit_difference`, none makes a read wrong; most say why reads go to Postgres at the moment.
 */
export type CacheEvent =
  /** The store did not answer, or with an error. Reads went to Postgres. */
  | { readonly kind: "store_failed"; readonly operation: StoreOperation; readonly error: unknown }
  /** The store answered that it is not the one the authority names. If it still names no other, an adoption follows. */
  | { readonly kind: "stranger"; readonly operation: StoreOperation }
  /** This process made the store the trusted one. */
  | { readonly kind: "adopted"; readonly epoch: bigint }
  /** The store that is there cannot be trusted: the error says why. It is tried again. */
  | { readonly kind: "adoption_failed"; readonly error: unknown }
  /** This process began an epoch without a store: all reads go to Postgres until one is adopted. */
  | { readonly kind: "bypassed"; readonly epoch: bigint }
  /** Other processes did not answer a write of this one, which waits until they have left, or a lease. */
  | { readonly kind: "evicted"; readonly nodes: number }
  /** This process is in the list of those that keep rows in memory. */
  | { readonly kind: "joined" }
  /** It is not any more: it hears no messages, or did not answer a writer in time. It tries again. */
  | { readonly kind: "left"; readonly why: "deaf" | "evicted" }
  /** This process could not enter, or leave, the list of those that keep rows in memory. */
  | { readonly kind: "join_failed" | "leave_failed"; readonly error: unknown }
  /** The authority could not be read from Postgres, or an epoch not be settled; without it no cache is used past the lease. */
  | { readonly kind: "renewal_failed"; readonly error: unknown }
  /** A value in the store was not one of ours; it was read from Postgres and removed. */
  | { readonly kind: "corrupt_value"; readonly table: string; readonly id: string }
  /** A row is too large to be cached; it is read from Postgres each time. */
  | {
      readonly kind: "value_too_large";
      readonly table: string;
      readonly id: string;
      readonly bytes: number;
    }
  /** A fence whose writer is gone was removed, after Postgres said its transaction is over. */
  | { readonly kind: "fence_resolved"; readonly table: string; readonly id: string }
  /** Postgres could not say whether a fence's transaction is over; a later read asks again. */
  | {
      readonly kind: "resolve_failed";
      readonly table: string;
      readonly id: string;
      readonly error: unknown;
    }
  /** A committed row did not reach the store; it is read from Postgres until its fence is resolved. */
  | {
      readonly kind: "publish_failed";
      readonly table: string;
      readonly id: string;
      readonly error: unknown;
    }
  /**
   * A cache went on saying what Postgres has left behind: a defect, or another program wrote to the
   * store or to the table. `source` is the memory of this process (`near`), or the store.
   */
  | {
      readonly kind: "audit_difference";
      readonly table: string;
      readonly id: string;
      readonly source: "near" | "store";
    }
  /** A read could not be compared with Postgres. Its caller has its answer. */
  | {
      readonly kind: "audit_failed";
      readonly table: string;
      readonly id: string;
      readonly error: unknown;
    }
  /** A transaction could not be rolled back by a statement; Postgres does it when the connection ends. */
  | { readonly kind: "rollback_failed"; readonly error: unknown };

/** Takes events; must not throw. */
export type EventListener = (event: CacheEvent) => void;

/**
 * Keeps what a listener throws away from whoever emits: that a log is broken must not make a failure
 * of a write that was committed. It is shown as a warning of the process.
 */
export function harmless<Told>(listener: (told: Told) => void): (told: Told) => void {
  return (told) => {
    try {
      listener(told);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  };
}
