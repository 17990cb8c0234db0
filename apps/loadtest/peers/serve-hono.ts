import type { Server } from "node:http";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { listen } from "./listen.ts";

/** Where {@link serveHono} has the procedures. */
export const honoEndpoint = "/trpc";

/** A Hono application on Node's server that hands the calls of tRPC to its fetch adapter. */
export async function serveHono(
  answer: (request: Request, peerAddress: string | undefined) => Promise<Response>,
): Promise<{ readonly origin: string; readonly server: Server }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.on(["GET", "POST"], `${honoEndpoint}/*`, (context) =>
    answer(context.req.raw, context.env.incoming.socket.remoteAddress),
  );
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  return { origin: await listen(server), server };
}
