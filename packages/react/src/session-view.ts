import type { PortcullisSession, SessionSnapshot, SessionStore } from "@portcullis/client";
import type { User } from "@portcullis/server";

/** A session as a page shows it, which may know something from its server before the session does. */
export interface SessionView extends SessionStore {
  /** What a server renders, and a browser while it hydrates that. */
  readonly getServerSnapshot: () => SessionSnapshot;
}

/** @param first what is known until the session knows better. */
export function createSessionView(
  { getSnapshot, subscribe }: PortcullisSession,
  first: SessionSnapshot,
): SessionView {
  return {
    subscribe,
    getSnapshot() {
      const snapshot = getSnapshot();
      return snapshot.status === "restoring" ? first : snapshot;
    },
    getServerSnapshot: () => first,
  };
}

/** `undefined`: the server does not know; `null`: it knows that nobody is signed in. */
export function firstSnapshot(initialUser: User | null | undefined): SessionSnapshot {
  if (initialUser === undefined) return { status: "restoring" };
  if (initialUser === null) return { status: "signedOut" };
  return { status: "signedIn", user: initialUser, connection: "online" };
}
