import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";
import type { RequestHead } from "./request-head.ts";

/** Most calls that a batch may hold; for `maxBatchSize` of the adapter as well. */
export const maxBatchSize = 10;

export interface RequestRefusal {
  readonly status: TRPC_ERROR_CODE_KEY;
  readonly why: string;
}

/**
 * Says why a request is refused whatever it asks, or `undefined`. A page of another origin can send
 * some POSTs without asking the browser's leave (a form, `text/plain`), and calls without input
 * would run on them: so only JSON, and only from origins that may.
 */
export function judgeRequest(
  request: RequestHead,
  callCount: number,
  allowedOrigins: ReadonlySet<string>,
): RequestRefusal | undefined {
  if (callCount > maxBatchSize) return { status: "BAD_REQUEST", why: "too many calls in a batch" };
  if (request.method === "POST" && !isJson(request.headers.get("content-type"))) {
    return { status: "UNSUPPORTED_MEDIA_TYPE", why: "not application/json" };
  }
  if (isForeign(request, allowedOrigins)) return { status: "FORBIDDEN", why: "foreign origin" };
  return undefined;
}

/** One spelling only, so that no two programs on the way can read it differently. */
function isJson(contentType: string | null): boolean {
  return (
    contentType !== null && /^application\/json(?:; ?charset=(?:utf-8|UTF-8))?$/.test(contentType)
  );
}

/** Fetch metadata is set by browsers and cannot be set by pages; programs send neither header. */
function isForeign(request: RequestHead, allowedOrigins: ReadonlySet<string>): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null && allowedOrigins.has(origin)) return false;
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") return true;
  return origin !== null && origin !== new URL(request.url).origin;
}
