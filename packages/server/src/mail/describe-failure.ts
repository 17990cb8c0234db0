/**
 * The class of an error and its codes, for a log. Nothing else: the texts of mail servers quote
 * addresses, and those of drivers quote values.
 */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return "not an Error";
  const { name, code, responseCode } = error as Error & Record<"code" | "responseCode", unknown>;
  const words = [name, code, responseCode].filter(isWord);
  return words.length > 0 ? words.join(" ") : "Error";
}

/** A word such as TypeError, ETIMEDOUT, 23505 or 550: nothing that an address or a token could pass for. */
function isWord(value: unknown): value is string | number {
  return typeof value === "number"
    ? Number.isInteger(value) && value >= 100 && value <= 999
    : typeof value === "string" && /^[A-Z0-9][A-Za-z0-9_]{0,31}$/.test(value);
}
