import type { CacheKey, WriteThroughCache } from "@portcullis/write-through";

/** What the posts use of the rows of users, which auth keeps in the cache. */
export interface Author {
  readonly name: string;
}

/** Most keys of one read of the cache. */
const keysMax = 32;

/** Names the row of a user. A rename writes it, so no read that starts afterwards has an older name. */
export function authorKey(userId: string): CacheKey<Author> {
  return { table: "auth_user", id: userId };
}

/** The names of users as they are now, by their id. Those whose account was deleted are left out. */
export async function readAuthorNames(
  cache: Pick<WriteThroughCache<never>, "readMany">,
  userIds: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(userIds)];
  const names = new Map<string, string>();
  for (let start = 0; start < ids.length; start += keysMax) {
    const some = ids.slice(start, start + keysMax);
    const authors = await cache.readMany(some.map(authorKey));
    for (const [index, id] of some.entries()) {
      const author = authors[index];
      if (author !== undefined) names.set(id, author.name);
    }
  }
  return names;
}
