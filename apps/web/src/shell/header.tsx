import { useSession } from "@portcullis/react";
import { Link } from "@tanstack/react-router";
import { UserRound } from "lucide-react";
import { lazy, Suspense, type ReactNode } from "react";
import { buttonLook } from "../ui/button.tsx";
import { Logo } from "./logo.tsx";
import { ThemeButton } from "./theme-button.tsx";
import "./shell.css";

// Only for who is signed in, and the first page is to be there soon.
const UserMenu = lazy(() => import("./user-menu.tsx"));

export function Header(): ReactNode {
  const session = useSession();
  const isAdmin = session.status === "signedIn" && session.user.role === "admin";
  return (
    <header className="header">
      <div className="header__bar">
        <Link to="/" className="brand">
          <Logo />
          Portcullis
        </Link>
        <nav className="nav" aria-label="Main">
          <Link to="/posts" className="nav__link">
            Posts
          </Link>
          <Link to="/lab" className="nav__link">
            Lab
          </Link>
          <Link to="/outbox" className="nav__link">
            Outbox
          </Link>
          {isAdmin && (
            <Link to="/admin" className="nav__link">
              Admin
            </Link>
          )}
        </nav>
        <div className="header__end">
          <ThemeButton />
          {session.status === "signedIn" && (
            <Suspense
              fallback={
                <Link to="/account" {...buttonLook({ size: "small" })}>
                  <UserRound aria-hidden />
                  <span className="header__user">{session.user.name}</span>
                </Link>
              }
            >
              <UserMenu user={session.user} />
            </Suspense>
          )}
          {(session.status === "signedOut" || session.status === "expired") && (
            <Link to="/sign-in" {...buttonLook({ variant: "primary", size: "small" })}>
              Sign in
            </Link>
          )}
        </div>
      </div>
    </header>
  );
}
