import { useSession } from "@portcullis/react";
import { Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Skeleton } from "../ui/skeleton.tsx";
import { Redirect } from "./redirect.tsx";

/** Pages for who is signed in. Others are asked to sign in, and come back afterwards. */
export function SignedInArea(): ReactNode {
  const session = useSession();
  switch (session.status) {
    case "signedIn":
      // A page of one user must keep nothing for the next.
      return <Outlet key={session.user.id} />;
    case "restoring":
      return (
        <div className="page">
          <Skeleton lines={4} />
        </div>
      );
    case "signedOut":
    case "expired":
      return <Redirect to={signInFor} />;
  }
}

function signInFor(page: string): string {
  return `/sign-in?next=${encodeURIComponent(page)}`;
}
