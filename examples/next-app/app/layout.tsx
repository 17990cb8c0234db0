import type { ReactNode } from "react";
import { signedInUser } from "../lib/signed-in-user.ts";
import { Providers } from "./providers.tsx";
import "./style.css";

export const metadata = { title: { template: "%s – Notebook", default: "Notebook" } };

export default async function Layout({ children }: { readonly children: ReactNode }) {
  const user = await signedInUser();
  return (
    <html lang="en">
      <body>
        <Providers initialUser={user ?? null}>{children}</Providers>
      </body>
    </html>
  );
}
