import type { SessionEndReason } from "@portcullis/client";
import type { User } from "@portcullis/server";
import type { ReactNode } from "react";
import { useSession } from "./use-session.ts";

/** What {@link SignedIn} takes. */
export interface SignedInProps {
  readonly children?: ReactNode | ((user: User) => ReactNode);
}

/** What {@link SignedOut} takes. */
export interface SignedOutProps {
  readonly children?: ReactNode | ((reason: SessionEndReason | undefined) => ReactNode);
}

/** What {@link Restoring} takes. */
export interface RestoringProps {
  readonly children?: ReactNode;
}

/**
 * Shows its children, or what they return for the user, while somebody is signed in. It hides, and
 * protects nothing: that is for the procedures of the server to do.
 */
export function SignedIn({ children }: SignedInProps): ReactNode {
  const session = useSession();
  if (session.status !== "signedIn") return null;
  return typeof children === "function" ? children(session.user) : children;
}

/**
 * Shows its children while nobody is signed in, also after the server has ended the session: a
 * function gets the reason of that, and `undefined` else.
 */
export function SignedOut({ children }: SignedOutProps): ReactNode {
  const session = useSession();
  if (session.status !== "signedOut" && session.status !== "expired") return null;
  const reason = session.status === "expired" ? session.reason : undefined;
  return typeof children === "function" ? children(reason) : children;
}

/** Shows its children while it is not known who is signed in. */
export function Restoring({ children }: RestoringProps): ReactNode {
  return useSession().status === "restoring" ? children : null;
}
