import { serve, type HttpBindings } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { maxBatchSize } from "@portcullis/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { Hono } from "hono";
import { auth, close, outbox } from "./auth.ts";
import { appRouter } from "./router.ts";

const app = new Hono<{ Bindings: HttpBindings }>();

app.all("/trpc/*", ({ req, env }) =>
  fetchRequestHandler({
    endpoint: "/trpc",
    req: req.raw,
    router: appRouter,
    createContext: (request) =>
      auth.createContext({ ...request, peerAddress: env.incoming.socket.remoteAddress }),
    maxBatchSize,
  }),
);

// What `vite build` made; in development Vite serves the pages and passes /trpc on.
app.use("/assets/*", serveStatic({ root: "dist" }));
app.get("*", serveStatic({ path: "dist/index.html" }));

const server = serve(
  { hostname: "127.0.0.1", port: Number(process.env["PORT"] ?? 4000), fetch: app.fetch },
  ({ port }) => console.log(`http://localhost:${port}/`),
);

// An application would send its mails; this one prints them.
let printed = 0;
setInterval(() => {
  const mails = outbox.mails();
  for (const { subject, text } of mails.slice(0, mails.length - printed)) {
    console.log(`\n${subject}\n${text}`);
  }
  printed = mails.length;
}, 200).unref();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    void close().finally(() => process.exit());
  });
}
