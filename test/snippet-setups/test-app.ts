// For snippets of a test that serves an application: "setup=test-app" has both.
declare const testAuth: import("@portcullis/testing").TestAuth;
declare const app: import("@portcullis/testing").TestApp<
  import("@trpc/server").TRPCBuiltRouter<
    {
      ctx: object;
      meta: object;
      errorShape: import("@portcullis/server").ErrorShape;
      transformer: false;
    },
    { auth: import("@portcullis/server").AuthProcedures }
  >
>;

export {};
