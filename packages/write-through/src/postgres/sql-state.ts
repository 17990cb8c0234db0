/** The SQLSTATE of an error of Postgres, or the code of the system's; an empty text without one. */
export function sqlStateOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Postgres gave up the transaction for the sake of another: the same one may succeed now. */
export function isConflict(error: unknown): boolean {
  // Serialization failure, deadlock.
  return /^(40001|40P01)$/.test(sqlStateOf(error));
}

/**
 * Only an error that Postgres gives instead of committing is certain: one of severity ERROR, which
 * it raises before it writes the commit. A lost connection, a shutdown (FATAL) or a cancelled wait
 * for a replica (a warning) may come after.
 */
export function isRefusedCommit(error: unknown): boolean {
  const isError = error instanceof Error && "severity" in error && error.severity === "ERROR";
  // 40003: "statement completion unknown".
  return isError && !/^(08...|40003)$/.test(sqlStateOf(error));
}
