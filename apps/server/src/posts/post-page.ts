import type { Post } from "../contract.ts";

/** What a reader who does not read can make the service hold for one call of `posts.list`. */
const maxPageBytes = 64 * 1024;

/** As many posts from the first on as have room in a page, as JSON; one at least. */
export function fitPage(posts: readonly Post[]): readonly Post[] {
  let bytes = "[]".length;
  const tooMany = posts.findIndex((post, index) => {
    bytes += Buffer.byteLength(JSON.stringify(post)) + (index === 0 ? 0 : ",".length);
    return bytes > maxPageBytes;
  });
  return tooMany === -1 ? posts : posts.slice(0, Math.max(1, tooMany));
}
