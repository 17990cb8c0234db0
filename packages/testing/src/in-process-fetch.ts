import { type ContextRequest, maxBatchSize } from "@portcullis/server";
import type { AnyTRPCRouter } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";

/** Where a router seems to be. `localhost`, where a refresh token may travel in a cookie without TLS. */
export const appUrl = "http://localhost/trpc";

/** A `fetch` that does not leave the process. */
export type InProcessFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** Where a client of a test is, and what it says it is. */
export interface TestDevice {
  /** The User-Agent header. Default: none. */
  readonly userAgent?: string;
  /** The client's IP address. Default `192.0.2.1`. */
  readonly address?: string;
}

/** Serves a router over tRPC's fetch adapter: all that HTTP does, without a socket. */
export function createInProcessFetch(
  router: AnyTRPCRouter,
  createContext: (request: ContextRequest) => unknown,
): (device: TestDevice) => InProcessFetch {
  return ({ userAgent, address: peerAddress = "192.0.2.1" }) =>
    (url, init) => {
      const req = new Request(url, init);
      if (userAgent !== undefined) req.headers.set("user-agent", userAgent);
      return fetchRequestHandler({
        endpoint: new URL(appUrl).pathname,
        router,
        req,
        createContext: async (request) =>
          (await createContext({ ...request, peerAddress })) as object,
        maxBatchSize,
      });
    };
}
