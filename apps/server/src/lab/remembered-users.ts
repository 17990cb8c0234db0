/** For so long a row is believed without a look. */
export const rememberedSeconds = 300;
export const maxRememberedUsers = 1000;

/**
 * Rows of users as they were when they were last read, in the memory of this process: the cache that
 * is usually put before a database. Nobody tells it that a row has changed, and it is here to show
 * what comes of that. **It must not protect anything.**
 */
export interface RememberedUsers {
  /** The token version of a user; undefined: look. */
  readonly tokenVersionOf: (userId: string) => number | undefined;
  readonly remember: (userId: string, tokenVersion: number) => void;
}

export function createRememberedUsers(now: () => number): RememberedUsers {
  const rows = new Map<string, { readonly tokenVersion: number; readonly readAtMs: number }>();
  return {
    tokenVersionOf(userId) {
      const row = rows.get(userId);
      const isYoung = row !== undefined && now() - row.readAtMs < 1000 * rememberedSeconds;
      return isYoung ? row.tokenVersion : undefined;
    },
    remember(userId, tokenVersion) {
      rows.delete(userId);
      rows.set(userId, { tokenVersion, readAtMs: now() });
      const [oldest] = rows.keys();
      if (rows.size > maxRememberedUsers && oldest !== undefined) rows.delete(oldest);
    },
  };
}
