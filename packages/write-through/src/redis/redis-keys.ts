import type { StoreIdentity } from "../store.ts";

/** How the names of this cache's keys are made. */
export interface RedisKeys {
  readonly marker: string;
  /** The channel on which writers say which keys they have fenced. */
  readonly invalidations: string;
  /** The channel on which one process hears who has dropped the keys it fenced. */
  acknowledgements(address: string): string;
  fence(identity: StoreIdentity, key: string): string;
  value(identity: StoreIdentity, key: string): string;
  /** A SCAN pattern for everything kept under a nonce. */
  ofNonce(nonce: string): string;
}

/** @param prefix free of the characters that mean something in a SCAN pattern. */
export function redisKeys(prefix: string): RedisKeys {
  const place = ({ nonce }: StoreIdentity): string => `${prefix}:${nonce}`;
  return {
    marker: `${prefix}:marker`,
    invalidations: `${prefix}:invalidate`,
    acknowledgements: (address) => `${prefix}:acknowledge:${address}`,
    fence: (identity, key) => `${place(identity)}:f:${key}`,
    value: (identity, key) => `${place(identity)}:v:${key}`,
    ofNonce: (nonce) => `${prefix}:${nonce}:*`,
  };
}
