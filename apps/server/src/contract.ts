import type {
  AuthProcedures,
  ErrorShape,
  MutationContract,
  QueryContract,
  SubscriptionContract,
} from "@portcullis/server";
import type { TRPCBuiltRouter } from "@trpc/server";

/** A post. Times are ISO 8601 in UTC. */
export interface Post {
  /** UUID in lower case; calls take it in this spelling only. */
  readonly id: string;
  /** Id of the user who wrote it. */
  readonly authorId: string;
  /** 1 to 200 code points. */
  readonly title: string;
  /** 1 to 10000 code points, less where a request of 16 KiB does not hold them. */
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * A page of posts, newest first: as many as were asked for, or fewer when their JSON would pass
 * 64 KiB, at least one. Only `nextCursor` says whether there are more.
 */
export interface PostPage {
  readonly posts: readonly Post[];
  /** Pass it as `cursor` to get the next page. Absent on the last one. */
  readonly nextCursor?: string;
}

/** A type and not an interface: tRPC asks for an index signature. */
export type PostProcedures = {
  create: MutationContract<{ title: string; body: string }, Post>;
  /** `limit`: most posts of the page, 1 to 50, default 20. `cursor`: the `nextCursor` of a page. */
  list: QueryContract<{ cursor?: string | undefined; limit?: number | undefined }, PostPage>;
  byId: QueryContract<{ id: string }, Post>;
  /** The post as it is, then again after each change on any node; it ends when the post is removed. */
  onChange: SubscriptionContract<{ id: string }, Post>;
  /** Of an own post. */
  update: MutationContract<{ id: string; title: string; body: string }, Post>;
  /** Of an own post. */
  remove: MutationContract<{ id: string }, { id: string }>;
};

/**
 * The type of the service's router, for clients. Written by hand so that a client's declarations do
 * not carry the server's context, and with it all of Kysely; a type test keeps it true.
 */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  { auth: AuthProcedures; posts: PostProcedures }
>;
