// For snippets that start where an application has its connections: "setup=services".
declare const database: import("kysely").Kysely<unknown>;
declare const cache: import("@portcullis/write-through").WriteThroughCache<unknown>;

export {};
