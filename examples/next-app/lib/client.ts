"use client";

import { createPortcullisClient, memoryStorage } from "@portcullis/client";
import type { AppRouter } from "./app.ts";

const isBrowser = "window" in globalThis;

export const client = createPortcullisClient<AppRouter>({
  url: isBrowser ? new URL("/api/trpc", location.href) : "http://localhost/api/trpc",
  // The server renders this module too, and keeps nobody's session.
  ...(!isBrowser && { storage: memoryStorage() }),
});
