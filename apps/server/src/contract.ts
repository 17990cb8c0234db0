import type {
  AuthProcedures,
  ErrorShape,
  MutationContract,
  PageInput,
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
  /** Their name as it is now; `null` when their account was deleted. */
  readonly authorName: string | null;
  /** 1 to 200 code points. */
  readonly title: string;
  /** 1 to 10000 code points, and at most 14 KiB as JSON in UTF-8. */
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
  list: QueryContract<PageInput, PostPage>;
  byId: QueryContract<{ id: string }, Post>;
  /**
   * The post as it is, then again after each change on any node, also of its author's name; it ends
   * when the post is removed.
   */
  onChange: SubscriptionContract<{ id: string }, Post>;
  /** Of an own post. */
  update: MutationContract<{ id: string; title: string; body: string }, Post>;
  /** Of an own post. */
  remove: MutationContract<{ id: string }, { id: string }>;
};

/** How one node of the service is. */
export interface ServiceHealth {
  readonly node: string;
  /** Whole seconds. */
  readonly uptimeSeconds: number;
  /** The longest that a write waits for a dead node or a lost Redis, in milliseconds. */
  readonly leaseMs: number;
  /** `bypass`: no Redis is trusted. `uncached`: Postgres has not been heard for a lease either. */
  readonly cache: {
    readonly kind: "cached" | "bypass" | "uncached";
    /** A whole number; absent where it is not known. */
    readonly epoch?: string;
  };
  readonly metrics: {
    /** Rows that were read since the start, by where they came from. */
    readonly reads: {
      readonly near: number;
      readonly store: number;
      readonly postgres: number;
    };
    /** Rows in the memory of the node, and their bytes. */
    readonly near: { readonly rows: number; readonly bytes: number };
    /** Reads that were compared with Postgres, those that differed, and those left out. */
    readonly audit: {
      readonly audited: number;
      readonly differences: number;
      readonly skipped: number;
    };
  };
  readonly postgres: "up" | "down";
  /** `not_used`: in embedded mode. */
  readonly redis: "up" | "down" | "not_used";
  /** The last 50 things that happened in the cache, the newest last. */
  readonly events: readonly RecentEvent[];
}

/** Something that happened in the cache, once or several times in a row. */
export interface RecentEvent {
  /** The last time; ISO 8601 in UTC. */
  readonly at: string;
  /** As the README of `@portcullis/write-through` names it. */
  readonly kind: string;
  readonly count: number;
}

/** A type and not an interface: tRPC asks for an index signature. */
export type ServiceProcedures = {
  /** Of the node that answers. Permission `service:read`. */
  health: QueryContract<void, ServiceHealth>;
};

/** What a node of the revocation lab is, and where the others are. */
export interface LabDescription {
  /** At most 10, the one that answers first. `url`: a web origin; empty: where the page came from. */
  readonly nodes: readonly { readonly name: string; readonly url: string }[];
  /** The name of the node that answers. */
  readonly self: string;
  readonly leaseMs: number;
  readonly accessTokenTtlSeconds: number;
  /** For so long `lab.cached` believes a row that it has read. */
  readonly cacheSeconds: number;
  /** Whether an account can be used as soon as it is registered. */
  readonly throwawayAccounts: boolean;
  /** Where faults are switched on and off, on the machine of the service; `null`: nowhere. */
  readonly control: { readonly url: string; readonly key: string } | null;
}

/** A call of the lab was accepted: by which node, and when by its clock (milliseconds since 1970). */
export interface LabAnswer {
  readonly node: string;
  readonly answeredAtMs: number;
}

/** A sign of life. */
export interface LabBeat {
  readonly node: string;
  /** 0, 1, 2 … */
  readonly sequence: number;
}

/** What a write waited for. */
export interface LabWrite {
  readonly node: string;
  /** `unknown`: Postgres did not answer the commit. */
  readonly outcome: "committed" | "rolled_back" | "unknown";
  readonly attempts: number;
  /** The other processes that had to say that they keep the rows no more. */
  readonly processes: number;
  /**
   * One after the other, at most 80. `name`: `fence`, `drain`, `commit`, `publish` and more, as the
   * README of `@portcullis/write-through` names them. `startMs`: from the start of the write.
   */
  readonly steps: readonly {
    readonly name: string;
    readonly startMs: number;
    readonly durationMs: number;
  }[];
  readonly totalMs: number;
}

/**
 * The revocation lab. Where it is off (`LAB`), the procedures are not there and calls are refused as
 * `NOT_FOUND`. A type and not an interface: tRPC asks for an index signature.
 */
export type LabProcedures = {
  describe: QueryContract<void, LabDescription>;
  /** Refuses as every protected procedure does. */
  checked: QueryContract<void, LabAnswer>;
  /**
   * Refuses what a check of the token alone refuses: its signature, issuer, audience and end. By HTTP
   * only. **Nothing may be protected by it**: it accepts tokens that were revoked.
   */
  stateless: QueryContract<void, LabAnswer>;
  /**
   * The same, and believes the row of the user that it has read up to five minutes ago. By HTTP only.
   * **Nothing may be protected by it**: it accepts tokens that were revoked.
   */
  cached: QueryContract<void, LabAnswer>;
  /** At once, and about each second; it ends as every subscription of a revoked session does. */
  live: SubscriptionContract<void, LabBeat>;
  /**
   * Notes, for a minute, what the caller's writes on this node wait for. The answer is good for
   * `lastWrite` after the caller was signed out too. A node notes for 100 at most, the last ones.
   */
  traceWrites: MutationContract<void, { traceId: string }>;
  /** The last write since `traceWrites`, on the same node. Refuses with `NOT_FOUND` if there was none. */
  lastWrite: QueryContract<{ traceId: string }, LabWrite>;
};

/**
 * The type of the service's router, for clients. Written by hand so that a client's declarations do
 * not carry the server's context, and with it all of Kysely; a type test keeps it true.
 */
export type AppRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  { auth: AuthProcedures; posts: PostProcedures; service: ServiceProcedures; lab: LabProcedures }
>;
