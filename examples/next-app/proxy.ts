import { NextResponse, type NextRequest } from "next/server";

const cookies = ["__Host-portcullis_refresh", "portcullis_refresh"];

/** Spares strangers a page that would send them on; whether a cookie is good, the page finds out. */
export function proxy(request: NextRequest): NextResponse {
  const mayBeSignedIn = cookies.some((name) => request.cookies.has(name));
  return mayBeSignedIn
    ? NextResponse.next()
    : NextResponse.redirect(new URL("/sign-in", request.url));
}

export const config = { matcher: "/" };
