import type { CachedTable, WriteThroughCache } from "@portcullis/write-through";
import { loadRealm, realmRecordSchema } from "./realm.ts";
import type { RealmRecord } from "./realm.ts";
import { loadSession, sessionRecordSchema } from "./sessions.ts";
import type { SessionRecord } from "./sessions.ts";
import type { AuthTables } from "./tables.ts";
import { loadUser, userRecordSchema } from "./users.ts";
import type { UserRecord } from "./users.ts";

export interface CachedTables {
  readonly users: CachedTable<UserRecord>;
  readonly sessions: CachedTable<SessionRecord>;
  readonly realm: CachedTable<RealmRecord>;
}

/** Declares our tables to the application's cache, under names that leave it the plain ones. */
export function declareCachedTables(cache: WriteThroughCache<AuthTables>): CachedTables {
  return {
    users: cache.table({
      name: "auth_user",
      schema: userRecordSchema,
      load: (database, id) => loadUser(database.withoutPlugins(), id),
    }),
    sessions: cache.table({
      name: "auth_session",
      schema: sessionRecordSchema,
      load: (database, id) => loadSession(database.withoutPlugins(), id),
    }),
    realm: cache.table({
      name: "auth_realm",
      schema: realmRecordSchema,
      load: (database) => loadRealm(database.withoutPlugins()),
    }),
  };
}
