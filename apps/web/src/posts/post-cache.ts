import type { Post } from "@portcullis/app-server/contract";
import { trpc } from "../client.ts";
import { queryClient } from "../query-client.ts";

/** All posts, newest first, a page at a time. */
export const postList = trpc.posts.list.infiniteQueryOptions(
  {},
  { getNextPageParam: ({ nextCursor }) => nextCursor },
);

/** The post as this page has it, from wherever. */
export function knownPost(id: string): Post | undefined {
  const single = queryClient.getQueryData(trpc.posts.byId.queryKey({ id }));
  if (single !== undefined) return single;
  const list = queryClient.getQueryData(postList.queryKey);
  return list?.pages.flatMap(({ posts }) => posts).find((post) => post.id === id);
}

/** Puts a post above all others. */
export function addPost(post: Post): void {
  queryClient.setQueryData(trpc.posts.byId.queryKey({ id: post.id }), post);
  changeList((posts, page) => [...(page === 0 ? [post] : []), ...posts]);
}

/** Shows another post wherever this one is shown. */
export function replacePost(post: Post): void {
  queryClient.setQueryData(trpc.posts.byId.queryKey({ id: post.id }), post);
  changeList((posts) => posts.map((shown) => (shown.id === post.id ? post : shown)));
}

export function dropPost(id: string): void {
  queryClient.removeQueries(trpc.posts.byId.queryFilter({ id }));
  changeList((posts) => posts.filter((post) => post.id !== id));
}

/** Asks the server for the posts that are shown. */
export function refreshPosts(): void {
  void queryClient.invalidateQueries(trpc.posts.pathFilter());
}

function changeList(change: (posts: readonly Post[], page: number) => Post[]): void {
  queryClient.setQueryData(
    postList.queryKey,
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page, index) => ({ ...page, posts: change(page.posts, index) })),
      },
  );
}
