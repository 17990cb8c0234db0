import { randomUUID } from "node:crypto";
import type { WriteThroughCache } from "@portcullis/write-through";
import { sql, type Kysely, type Selectable } from "kysely";
import type { Post, PostPage } from "../contract.ts";
import { postSchema } from "./post.ts";
import { writeCursor, type Cursor } from "./post-input.ts";
import { latestOf } from "./latest-of.ts";
import { fitPage } from "./post-page.ts";
import type { PostTables } from "./post-tables.ts";

/** What a change of a post came to. */
export type ChangeOutcome =
  | { readonly kind: "changed"; readonly post: Post }
  | { readonly kind: "not_found" }
  /** It is another author's. */
  | { readonly kind: "forbidden" };

export interface PostRepository {
  readonly create: (authorId: string, text: PostText) => Promise<Post>;
  readonly byId: (id: string) => Promise<Post | undefined>;
  /** The post as it is, and again when it may have changed; `undefined` when it is not there. */
  readonly watch: (id: string, signal: AbortSignal | undefined) => AsyncIterable<Post | undefined>;
  readonly list: (page: { readonly after?: Cursor; readonly limit: number }) => Promise<PostPage>;
  readonly update: (id: string, authorId: string, text: PostText) => Promise<ChangeOutcome>;
  readonly remove: (id: string, authorId: string) => Promise<ChangeOutcome>;
}

export interface PostText {
  readonly title: string;
  readonly body: string;
}

/** Posts in Postgres; single ones are read through the cache. */
export function createPostRepository(
  database: Kysely<PostTables>,
  cache: WriteThroughCache<PostTables>,
): PostRepository {
  const posts = cache.table({ name: "post", schema: postSchema, load: loadPost });

  return {
    // The id is fresh and random, so no cache can hold anything of it: a plain insert will do.
    async create(authorId, { title, body }) {
      const row = await database
        .insertInto("post")
        .values({ id: randomUUID(), author_id: authorId, title, body })
        .returningAll()
        .executeTakeFirstOrThrow();
      return toPost(row);
    },
    byId: (id) => posts.read(id),
    watch: (id, signal) =>
      latestOf<Post | undefined>(
        (onRead, ended) => cache.watch([posts.key(id)], ([post]) => onRead(post), ended),
        signal,
      ),
    async list({ after, limit }) {
      const rows = await selectPage(database, after, limit + 1);
      const page = fitPage(rows.slice(0, limit).map(toPost));
      const last = rows[page.length - 1];
      return {
        posts: page,
        ...(rows.length > page.length && last !== undefined
          ? { nextCursor: writeCursor({ createdAt: last.created_at, id: last.id }) }
          : {}),
      };
    },
    update: (id, authorId, { title, body }) =>
      change(id, authorId, (transaction) =>
        transaction
          .updateTable("post")
          .set({ title, body, updated_at: sql<Date>`now()` })
          .where("id", "=", id)
          .where("author_id", "=", authorId)
          .returningAll()
          .executeTakeFirst(),
      ),
    remove: (id, authorId) =>
      change(id, authorId, (transaction) =>
        transaction
          .deleteFrom("post")
          .where("id", "=", id)
          .where("author_id", "=", authorId)
          .returningAll()
          .executeTakeFirst(),
      ),
  };

  /** Refuses from the cache first: a stranger can not make the nodes drain for a post of another. */
  async function change(
    id: string,
    authorId: string,
    work: (transaction: Kysely<PostTables>) => Promise<PostRow | undefined>,
  ): Promise<ChangeOutcome> {
    const known = await posts.read(id);
    if (known === undefined) return { kind: "not_found" };
    if (known.authorId !== authorId) return { kind: "forbidden" };
    const row = await cache.write([posts.key(id)], work);
    return row === undefined ? { kind: "not_found" } : { kind: "changed", post: toPost(row) };
  }
}

type PostRow = Selectable<PostTables["post"]>;

async function loadPost(database: Kysely<PostTables>, id: string): Promise<Post | undefined> {
  const row = await database.selectFrom("post").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toPost(row);
}

function selectPage(
  database: Kysely<PostTables>,
  after: Cursor | undefined,
  limit: number,
): Promise<PostRow[]> {
  const newestFirst = database
    .selectFrom("post")
    .selectAll()
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit);
  if (after === undefined) return newestFirst.execute();
  return newestFirst
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple("created_at", "id"), "<", tuple(after.createdAt, after.id)),
    )
    .execute();
}

function toPost(row: PostRow): Post {
  return {
    id: row.id,
    authorId: row.author_id,
    title: row.title,
    body: row.body,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
