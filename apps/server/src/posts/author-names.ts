import type { UserRecord } from "@portcullis/server";
import type { CacheKey, WriteThroughCache } from "@portcullis/write-through";

/** Most keys of one read of the cache. */
const keysMax = 32;

/** The names of users as they are now, by their id. Those whose account was deleted are left out. */
export async function readAuthorNames(
  cache: Pick<WriteThroughCache<never>, "readMany">,
  users: Iterable<CacheKey<UserRecord>>,
): Promise<ReadonlyMap<string, string>> {
  const keys = [...new Map([...users].map((key) => [key.id, key])).values()];
  const names = new Map<string, string>();
  for (let start = 0; start < keys.length; start += keysMax) {
    const authors = await cache.readMany(keys.slice(start, start + keysMax));
    for (const author of authors) {
      if (author !== undefined) names.set(author.id, author.name);
    }
  }
  return names;
}
