import { useSession } from "@portcullis/react";
import { Outlet, useRouter } from "@tanstack/react-router";
import { useEffect, useRef, type ReactNode } from "react";
import { Skeleton } from "../ui/skeleton.tsx";

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
      return <AskToSignIn />;
  }
}

function AskToSignIn(): ReactNode {
  const router = useRouter();
  const hasAskedRef = useRef(false);
  useEffect(() => {
    // Once: on the way the address is that of the other page already, while this one is still shown.
    if (hasAskedRef.current) return;
    hasAskedRef.current = true;
    const { pathname, searchStr, hash } = router.state.location;
    // A mailed token stays in the fragment, which no server and no log sees.
    const next = `${pathname}${searchStr}`;
    void router.navigate({ to: "/sign-in", search: { next }, hash, replace: true });
  }, [router]);
  return null;
}
