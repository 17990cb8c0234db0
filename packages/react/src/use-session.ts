import type { SessionEndReason, SessionSnapshot } from "@portcullis/client";
import type { User } from "@portcullis/server";
import { useSyncExternalStore } from "react";
import { useProvided } from "./provider.ts";
import { restorationOf } from "./restoration.ts";

/** A session that it is known of who is signed in. */
export type RestoredSession = Exclude<SessionSnapshot, { readonly status: "restoring" }>;

/** The session has a user only while somebody is signed in: thrown by {@link useSignedInUser}. */
export class NotSignedInError extends Error {
  readonly code = "not_signed_in";
  override readonly name = "NotSignedInError";
  /** Why the server ended the session; absent when nobody was signed in, or by choice. */
  readonly reason: SessionEndReason | undefined;

  constructor(reason: SessionEndReason | undefined) {
    super("Nobody is signed in.");
    this.reason = reason;
  }
}

/**
 * Who is signed in, in all four states; renders again when that changes, here or in another tab. A
 * server, and a browser that hydrates, get `initialUser` of the provider, or `restoring`.
 *
 * @example
 * ```tsx
 * import { useSession } from "@portcullis/react";
 *
 * function Status() {
 *   const session = useSession();
 *   switch (session.status) {
 *     case "restoring":
 *       return null;
 *     case "signedOut":
 *       return <p>Not signed in</p>;
 *     case "signedIn":
 *       return <p>{session.user.name} ({session.connection})</p>;
 *     case "expired":
 *       return <p>Your session has ended: {session.reason}</p>;
 *   }
 * }
 * ```
 */
export function useSession(): SessionSnapshot {
  const { view } = useProvided();
  return useSyncExternalStore(view.subscribe, view.getSnapshot, view.getServerSnapshot);
}

/** The user who is signed in, if there is one and it is known. */
export function useUser(): User | undefined {
  const session = useSession();
  return session.status === "signedIn" ? session.user : undefined;
}

/**
 * {@link useSession}, for components in a `Suspense` boundary: waits while the session is restored.
 *
 * @throws Error on a server that was given no `initialUser`: React then puts the fallback of the
 * boundary into the page, and renders the component in the browser.
 */
export function useRestoredSession(): RestoredSession {
  const { client } = useProvided();
  const shown = useSession();
  if (shown.status !== "restoring") return shown;
  if (!("window" in globalThis)) {
    throw new Error("A server needs the initialUser of <PortcullisProvider> to render this.");
  }
  // Hydration shows what the server knew, however often it is tried: it must not wait for that.
  const known = client.session.getSnapshot();
  if (known.status !== "restoring") return known;
  throw restorationOf(client.session) as unknown;
}

/**
 * The user, for components that are shown to signed-in users only: below `SignedIn`, or in a
 * `Suspense` boundary, where it waits while the session is restored.
 *
 * @throws NotSignedInError to the nearest error boundary when nobody is signed in.
 * @throws Error as {@link useRestoredSession} does.
 */
export function useSignedInUser(): User {
  const session = useRestoredSession();
  if (session.status === "signedIn") return session.user;
  throw new NotSignedInError(session.status === "expired" ? session.reason : undefined);
}
