import { PortcullisError } from "../errors.ts";

/** Tells an unreachable Postgres from a bug: the first is named for clients, the second stays as it is. */
export function nameFault(error: unknown, moment: "before_commit" | "at_commit"): unknown {
  if (error instanceof PortcullisError || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  // Node's codes (ECONNRESET, EPIPE) begin with an E, as no SQLSTATE does.
  const sqlClass = /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? code.slice(0, 2) : undefined;
  // Class 40 is a conflict that Postgres rolled back, also when it comes as the answer to a commit.
  if (sqlClass === "40") return new PortcullisError("unavailable", { cause: error });
  const isUnreachable =
    sqlClass === undefined
      ? code.startsWith("E") || /connect|timeout/i.test(error.message)
      : ["08", "53", "55", "57"].includes(sqlClass);
  if (!isUnreachable) return error;
  return new PortcullisError(moment === "at_commit" ? "outcome_unknown" : "unavailable", {
    cause: error,
  });
}
