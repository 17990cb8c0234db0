import { useSession, useStepUp } from "@portcullis/react";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, type ReactNode } from "react";
import { Header } from "./header.tsx";
import { useIsOnline } from "./use-is-online.ts";

const StepUpDialog = lazy(() => import("./step-up-dialog.tsx"));

/** What is around every page. */
export function Shell(): ReactNode {
  const session = useSession();
  const { pending } = useStepUp();
  const isOnline = useIsOnline();
  const isSignedIn = session.status === "signedIn";
  const isCutOff = !isOnline || (isSignedIn && session.connection === "offline");
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the page
      </a>
      <Header />
      {isCutOff && (
        <div className="banner" role="status">
          The server cannot be reached.{isSignedIn && " You stay signed in; trying again."}
        </div>
      )}
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="footer">
        <div className="footer__bar">
          <span>Portcullis: tokens that are refused from the moment they are revoked.</span>
        </div>
      </footer>
      {pending !== undefined && (
        <Suspense>
          <StepUpDialog />
        </Suspense>
      )}
    </>
  );
}
