import { isWithinBounds } from "./hash-cost.ts";
import type { HashCost } from "./hash-cost.ts";

/** Argon2id of version 19 in the PHC string format, with a salt of at least 16 bytes and an output of at least 32. */
const phcString =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,5}),t=([1-9]\d?),p=([1-9])\$[A-Za-z0-9+/]{22,64}\$[A-Za-z0-9+/]{43,86}$/;

/** The cost of a hash from the database, or undefined if it is not one that may be computed here. */
export function readHashCost(phc: string): HashCost | undefined {
  const match = phcString.exec(phc);
  if (match === null) return undefined;
  const [memoryKib = 0, passes = 0, lanes = 0] = match.slice(1).map(Number);
  const cost = { memoryKib, passes, lanes };
  return isWithinBounds(cost) ? cost : undefined;
}
