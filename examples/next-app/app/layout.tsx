import { headers } from "next/headers";
import type { ReactNode } from "react";
import { getApp } from "../lib/app.ts";
import { Providers } from "./providers.tsx";

export const metadata = { title: "Notes" };

export default async function Layout({ children }: { readonly children: ReactNode }) {
  // First, for it tells Next to render at each request, and to leave the database alone in a build.
  const requestHeaders = await headers();
  const { auth } = await getApp();
  const signedIn = await auth.readSession(requestHeaders);
  return (
    <html lang="en">
      <body>
        <Providers initialUser={signedIn?.user ?? null}>{children}</Providers>
      </body>
    </html>
  );
}
