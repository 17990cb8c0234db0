import type { Check } from "./call.ts";

/** What the page calls the checks. */
export const checkNames: Readonly<Record<Check, { readonly name: string; readonly how: string }>> =
  {
    checked: {
      name: "Portcullis",
      how: "The token, and rows in memory that a revocation takes out of every process before it returns.",
    },
    stateless: {
      name: "Stateless JWT",
      how: "Signature, issuer, audience and end of the token, and nothing else: the usual check.",
    },
    cached: {
      name: "Five-minute cache",
      how: "The same, and the user's row, which each node remembers for five minutes.",
    },
  };
