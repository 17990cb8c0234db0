/** The SQLSTATE of an error of Postgres, whichever driver brought it; else an empty text. */
function sqlStateOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Postgres gave up the transaction for the sake of another: the same one may succeed now. */
export function isConflict(error: unknown): boolean {
  // Serialization failure, deadlock.
  return /^(40001|40P01)$/.test(sqlStateOf(error));
}

/** Postgres stopped the statement because it took too long. */
export function isCancelled(error: unknown): boolean {
  return sqlStateOf(error) === "57014";
}

/**
 * Only an error that Postgres gives instead of committing is certain. A lost connection, a shutdown
 * or a cancelled wait for a replica may come after the commit was written.
 */
export function isRefusedCommit(error: unknown): boolean {
  // 23: a deferred constraint; 40002: likewise.
  return /^(23...|40002)$/.test(sqlStateOf(error));
}
