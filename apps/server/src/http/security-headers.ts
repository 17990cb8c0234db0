import type { MiddlewareHandler } from "hono";

// For an API, of which nothing is ever a page with scripts, styles or frames. The pages of the web
// client bring a policy of their own.
export const securityHeaderValues: Readonly<Record<string, string>> = {
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** Sets the security headers on every answer, refusals included, but for those that a page has set. */
export function securityHeaders(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaderValues)) {
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    }
  };
}
