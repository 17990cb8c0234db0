import { defineConfig } from "vite";

export default defineConfig({
  // Page and API share an origin, also in development: so the refresh cookie is the page's own.
  server: { proxy: { "/trpc": "http://127.0.0.1:4000" } },
});
