import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compression } from "vite-plugin-compression2";

const api = process.env["API"] ?? "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react(), compression({ algorithms: ["gzip", "brotliCompress"] })],
  resolve: { conditions: ["@portcullis/source", "module", "browser"] },
  build: {
    target: "es2022",
    // The policy of the pages allows no script or style in the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    port: 5173,
    proxy: {
      "/trpc": { target: api, ws: true },
      "/outbox/mails.json": { target: api },
    },
  },
});
