import { existsSync } from "node:fs";
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono, type Context } from "hono";
import type { RequestState } from "./request-log.ts";

/** The web client, as it was built. */
export interface Pages {
  /** A folder with an `index.html`. Files below its `assets` have their content in their names. */
  readonly folder: string;
  /** Origins besides its own that the pages may call. */
  readonly connectTo: readonly string[];
}

const yearSeconds = 365 * 24 * 60 * 60;

/** Whether there is something to serve in a folder. */
export function hasPages(folder: string): boolean {
  return existsSync(join(folder, "index.html"));
}

/**
 * Serves the web client: its files, and `index.html` for every other address that a browser asks a
 * page for, because the pages tell addresses apart themselves.
 */
export function pageRoutes({ folder, connectTo }: Pages): Hono<RequestState> {
  const policy = contentSecurityPolicy(connectTo);
  const asPage = (context: Context): void => {
    context.header("Content-Security-Policy", policy);
    context.header("Cross-Origin-Opener-Policy", "same-origin");
    // A page that was kept would ask for files that are gone after an update.
    context.header("Cache-Control", "no-cache");
  };
  return new Hono<RequestState>()
    .get(
      "/assets/*",
      serveStatic({
        root: folder,
        precompressed: true,
        onFound: (_, context) => {
          context.header("Cache-Control", `public, max-age=${yearSeconds}, immutable`);
        },
      }),
    )
    .get(
      "/:file{(?:theme\\.js|icon\\.svg)}",
      serveStatic({
        root: folder,
        precompressed: true,
        onFound: (_, context) => context.header("Cache-Control", "no-cache"),
      }),
    )
    .get("*", async (context, next) => {
      if (!asksForPage(context)) return next();
      asPage(context);
      return serveStatic<RequestState>({ root: folder, path: "index.html", precompressed: true })(
        context,
        next,
      );
    });
}

/** Browsers say so when they go to an address; calls, scripts and images do not. */
export function asksForPage(context: Context): boolean {
  return context.req.header("accept")?.includes("text/html") ?? false;
}

/** Everything comes from here, and nothing is inline. */
function contentSecurityPolicy(connectTo: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...connectTo].join(" "),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
