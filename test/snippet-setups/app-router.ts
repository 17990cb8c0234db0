// For snippets of a client: "setup=app-router" is the router of the README's server.
type AppRouter = import("@trpc/server").TRPCBuiltRouter<
  {
    ctx: object;
    meta: object;
    errorShape: import("@portcullis/server").ErrorShape;
    transformer: false;
  },
  {
    auth: import("@portcullis/server").AuthProcedures;
    greet: import("@trpc/server").TRPCQueryProcedure<{
      input: void;
      output: string;
      meta: unknown;
    }>;
  }
>;

export {};
