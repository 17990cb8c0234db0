import { maxBatchSize } from "@portcullis/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { getApp } from "../../../../lib/app.ts";

async function handle(req: Request): Promise<Response> {
  const { auth, appRouter } = await getApp();
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req,
    router: appRouter,
    createContext: (request) => auth.createContext(request),
    maxBatchSize,
  });
}

export { handle as GET, handle as POST };
