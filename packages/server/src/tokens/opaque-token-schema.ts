import { plainText } from "../text-rules.ts";

/** Longest opaque token that is looked at, in characters. Ours have 80. */
const lengthMax = 200;

/** An opaque token as it is presented. Whether it is one is judged by `parseOpaqueToken`. */
export const opaqueTokenSchema = plainText(lengthMax, "The token");
