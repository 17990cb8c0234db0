import { compactVerify, errors } from "jose";
import type { CryptoKey } from "jose";
import type { TokenAlgorithm } from "../options.ts";

/** Whether a token was signed with the other half of a key, by that algorithm and no other. */
export async function isSignedWith(
  token: string,
  publicKey: CryptoKey,
  algorithm: TokenAlgorithm,
): Promise<boolean> {
  try {
    await compactVerify(token, publicKey, { algorithms: [algorithm] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}
