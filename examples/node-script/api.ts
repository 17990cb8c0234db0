import { serve } from "@hono/node-server";
import { maxBatchSize } from "@portcullis/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { auth, close, outbox } from "./auth.ts";
import { appRouter } from "./router.ts";

interface Connection {
  readonly incoming: { readonly socket: { readonly remoteAddress?: string } };
}

const server = serve(
  {
    hostname: "127.0.0.1",
    port: Number(process.env["PORT"] ?? 4000),
    fetch: (req: Request, { incoming }: Connection) =>
      fetchRequestHandler({
        endpoint: "/trpc",
        req,
        router: appRouter,
        createContext: (request) =>
          auth.createContext({ ...request, peerAddress: incoming.socket.remoteAddress }),
        maxBatchSize,
      }),
  },
  ({ port }) => console.log(`http://127.0.0.1:${port}/trpc`),
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
