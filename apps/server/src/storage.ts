import type { LimitStore } from "@portcullis/server";
import type { CacheStore } from "@portcullis/write-through";
import type { Kysely } from "kysely";
import type { PostTables } from "./posts/post-tables.ts";

/** The tables that this application writes SQL for; auth keeps its own. */
export type Database = PostTables;

/** Where a service keeps its data, opened. */
export interface Storage {
  readonly database: Kysely<Database>;
  readonly store: CacheStore;
  /** Where limits are counted. */
  readonly limitStore: LimitStore;
  /** Encrypt signing keys, the first what is new; never logged. */
  readonly secrets: readonly string[];
  /** Ends the connections; the last call. */
  readonly close: () => Promise<void>;
}
