import "./tokens.css";
import "./base.css";
import { PortcullisProvider } from "@portcullis/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { config } from "zod/v4/core";
import { client } from "./client.ts";
import { queryClient } from "./query-client.ts";
import { router } from "./router.tsx";
import { Toasts } from "./ui/toasts.tsx";

// It would try whether it may compile schemas, which the policy of the pages forbids and reports.
config({ jitless: true });

const root = document.getElementById("root");
if (root === null) throw new Error("The page has no #root.");
createRoot(root).render(
  <StrictMode>
    <PortcullisProvider client={client}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </PortcullisProvider>
  </StrictMode>,
);
