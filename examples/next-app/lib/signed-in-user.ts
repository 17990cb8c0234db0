import "server-only";
import { headers } from "next/headers";
import { cache } from "react";
import { getApp } from "./app.ts";

/** Who is signed in by the cookie of the request. Layout and page of a request ask once. */
export const signedInUser = cache(async () => {
  // First, for it tells Next to render at each request, and to leave the database alone in a build.
  const requestHeaders = await headers();
  const { auth } = await getApp();
  return (await auth.readSession(requestHeaders))?.user;
});
