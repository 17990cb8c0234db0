import type { ColumnType } from "kysely";

/** The application's own tables, in Postgres' default schema. */
export interface PostTables {
  readonly post: {
    readonly id: string;
    readonly author_id: string;
    readonly title: string;
    readonly body: string;
    readonly created_at: ColumnType<Date, never, never>;
    readonly updated_at: ColumnType<Date, never, Date>;
  };
}
