// For snippets that start where an application has its client: "setup=react-client".
declare const client: import("@portcullis/client").PortcullisClient<
  import("@trpc/server").TRPCBuiltRouter<
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
  >
>;

export {};
