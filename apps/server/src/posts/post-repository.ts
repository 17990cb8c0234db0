import { randomUUID } from "node:crypto";
import type { Auth } from "@portcullis/server";
import type { WriteThroughCache } from "@portcullis/write-through";
import { sql, type Kysely, type Selectable } from "kysely";
import type { Post, PostPage } from "../contract.ts";
import { readAuthorNames } from "./author-names.ts";
import { storedPostSchema, type StoredPost } from "./post.ts";
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
  readonly create: (author: Writer, text: PostText) => Promise<Post>;
  readonly byId: (id: string) => Promise<Post | undefined>;
  /** The post as it is, and again when it may have changed; `undefined` when it is not there. */
  readonly watch: (id: string, signal: AbortSignal | undefined) => AsyncIterable<Post | undefined>;
  readonly list: (page: { readonly after?: Cursor; readonly limit: number }) => Promise<PostPage>;
  readonly update: (id: string, author: Writer, text: PostText) => Promise<ChangeOutcome>;
  readonly remove: (id: string, author: Writer) => Promise<ChangeOutcome>;
}

/** What a post shows of its author. */
interface Author {
  readonly name: string;
}

/** Who writes, as they are now. */
export interface Writer extends Author {
  readonly id: string;
}

export interface PostText {
  readonly title: string;
  readonly body: string;
}

/** Posts in Postgres; single ones are read through the cache. */
export function createPostRepository(
  database: Kysely<PostTables>,
  cache: WriteThroughCache<PostTables>,
  { userKey }: Pick<Auth, "userKey">,
): PostRepository {
  const posts = cache.table({ name: "post", schema: storedPostSchema, load: loadPost });

  return {
    // The id is fresh and random, so no cache can hold anything of it: a plain insert will do.
    async create(author, { title, body }) {
      const row = await database
        .insertInto("post")
        .values({ id: randomUUID(), author_id: author.id, title, body })
        .returningAll()
        .executeTakeFirstOrThrow();
      return byAuthor(toStoredPost(row), author);
    },
    async byId(id) {
      const post = await posts.read(id);
      if (post === undefined) return undefined;
      const [author] = await cache.readMany([userKey(post.authorId)]);
      return byAuthor(post, author);
    },
    async *watch(id, signal) {
      const first = await posts.read(id);
      if (first === undefined) {
        yield undefined;
        return;
      }
      // A post never has another author.
      const keys = [posts.key(id), userKey(first.authorId)] as const;
      yield* latestOf<Post | undefined>(
        (onRead, ended) =>
          cache.watch(keys, ([post, author]) => onRead(post && byAuthor(post, author)), ended),
        signal,
      );
    },
    async list({ after, limit }) {
      const rows = await selectPage(database, after, limit + 1);
      const stored = rows.slice(0, limit).map(toStoredPost);
      const names = await readAuthorNames(
        cache,
        stored.map(({ authorId }) => userKey(authorId)),
      );
      const page = fitPage(
        stored.map((post) => ({ ...post, authorName: names.get(post.authorId) ?? null })),
      );
      const last = rows[page.length - 1];
      return {
        posts: page,
        ...(rows.length > page.length && last !== undefined
          ? { nextCursor: writeCursor({ createdAt: last.created_at, id: last.id }) }
          : {}),
      };
    },
    update: (id, author, { title, body }) =>
      change(id, author, (transaction) =>
        transaction
          .updateTable("post")
          .set({ title, body, updated_at: sql<Date>`now()` })
          .where("id", "=", id)
          .where("author_id", "=", author.id)
          .returningAll()
          .executeTakeFirst(),
      ),
    remove: (id, author) =>
      change(id, author, (transaction) =>
        transaction
          .deleteFrom("post")
          .where("id", "=", id)
          .where("author_id", "=", author.id)
          .returningAll()
          .executeTakeFirst(),
      ),
  };

  /** Refuses from the cache first: a stranger can not make the nodes drain for a post of another. */
  async function change(
    id: string,
    author: Writer,
    work: (transaction: Kysely<PostTables>) => Promise<PostRow | undefined>,
  ): Promise<ChangeOutcome> {
    const known = await posts.read(id);
    if (known === undefined) return { kind: "not_found" };
    if (known.authorId !== author.id) return { kind: "forbidden" };
    const row = await cache.write([posts.key(id)], work);
    if (row === undefined) return { kind: "not_found" };
    return { kind: "changed", post: byAuthor(toStoredPost(row), author) };
  }
}

type PostRow = Selectable<PostTables["post"]>;

async function loadPost(database: Kysely<PostTables>, id: string): Promise<StoredPost | undefined> {
  const row = await database.selectFrom("post").selectAll().where("id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toStoredPost(row);
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

function byAuthor(post: StoredPost, author: Author | undefined): Post {
  return { ...post, authorName: author?.name ?? null };
}

function toStoredPost(row: PostRow): StoredPost {
  return {
    id: row.id,
    authorId: row.author_id,
    title: row.title,
    body: row.body,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
