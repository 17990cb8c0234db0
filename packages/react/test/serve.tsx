import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createPortcullisClient } from "@portcullis/client";
import { maxBatchSize } from "@portcullis/server";
import type { TestAuth } from "@portcullis/testing";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { renderToString } from "react-dom/server";
import { App } from "./app.tsx";
import { createTestRouter, type TestRouter } from "./router.ts";

export interface TestSite extends AsyncDisposable {
  readonly origin: string;
}

/**
 * Serves the API and the pages on a port of localhost. A path that begins with `/server` is rendered
 * here first: as whom the refresh cookie says, or with `?unknown` without asking.
 */
export async function serveSite(
  { auth }: TestAuth,
  files: ReadonlyMap<string, string>,
): Promise<TestSite> {
  const router = createTestRouter(auth);

  async function answer(req: Request): Promise<Response> {
    const { pathname, search } = new URL(req.url);
    if (pathname.startsWith("/trpc/")) {
      const createContext = auth.createContext;
      return fetchRequestHandler({ endpoint: "/trpc", router, req, createContext, maxBatchSize });
    }
    const file = files.get(pathname.slice(1));
    if (file !== undefined) {
      return new Response(file, { headers: { "content-type": "text/javascript" } });
    }
    const html = pathname.startsWith("/server")
      ? await render(req.headers, pathname.replace("/server", ""), search === "?unknown")
      : pageOf("", "");
    return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
  }

  async function render(headers: Headers, path: string, isUnknown: boolean): Promise<string> {
    const session = isUnknown ? undefined : await auth.readSession(headers);
    const initialUser = isUnknown ? undefined : (session?.user ?? null);
    const client = createPortcullisClient<TestRouter>({ url: "https://api.example.com/trpc" });
    const html = renderToString(
      <App client={client} initialUser={initialUser} path={path} seen={[]} />,
    );
    client.session.close();
    return pageOf(html, `<script>rendered = ${JSON.stringify({ initialUser })}</script>`);
  }

  const server = createAdaptorServer({ fetch: answer });
  server.listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function pageOf(html: string, script: string): string {
  return `<!doctype html><link rel="icon" href="data:,"><div id="root">${html}</div>${script}<script type="module" src="/page.js"></script>`;
}
