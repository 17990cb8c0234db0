import { createPortcullisClient } from "@portcullis/client";
import type { User } from "@portcullis/server";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCOptionsProxy } from "@trpc/tanstack-react-query";
import { StrictMode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { App } from "./app.tsx";
import type { TestRouter } from "./router.ts";

/** What the server of the tests writes into a page that it has rendered. */
interface Rendered {
  readonly initialUser?: User | null;
}

const queryClient = new QueryClient();
const client = createPortcullisClient<TestRouter>({
  url: "/trpc",
  onSignedOut: () => queryClient.clear(),
});
const trpc = createTRPCOptionsProxy<TestRouter>({ client: client.api, queryClient });
const seen: string[] = [];
const recovered: string[] = [];

const rendered = (globalThis as { rendered?: Rendered }).rendered;
const root = document.querySelector("#root");
if (root === null) throw new Error("The page has no root.");
const path = location.pathname.replace("/server", "");
const page = (
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <App
        client={client}
        path={path}
        seen={seen}
        initialUser={rendered?.initialUser}
        trpc={path === "/query" ? trpc : undefined}
      />
    </QueryClientProvider>
  </StrictMode>
);
if (rendered === undefined) {
  createRoot(root).render(page);
} else {
  hydrateRoot(root, page, { onRecoverableError: (error) => recovered.push(String(error)) });
}

// What tests call in a browser's tab.
Object.assign(globalThis, { tab: { ...client, seen, recovered, queryClient } });
