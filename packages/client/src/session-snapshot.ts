import type { User } from "@portcullis/server";
import type { SessionEndReason } from "./errors.ts";

/** Who is signed in here. Never carries a token. */
export type SessionSnapshot =
  /** Not known yet: the storage or the server is being asked. */
  | { readonly status: "restoring" }
  /** Nobody, since the beginning or by choice. */
  | { readonly status: "signedOut" }
  | {
      readonly status: "signedIn";
      readonly user: User;
      /** `offline` from a refresh that reached no server until one that does. */
      readonly connection: "online" | "offline";
    }
  /** The server ended the session. */
  | {
      readonly status: "expired";
      /** Absent when the page began with a cookie of a session that was over. */
      readonly user: User | undefined;
      readonly reason: SessionEndReason;
    };

/** Who is signed in, to observe. Fits React's `useSyncExternalStore` as it is. */
export interface SessionStore {
  /** The same object until something changes. */
  readonly getSnapshot: () => SessionSnapshot;
  /** Calls `listener` after every change, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
}

export interface WritableSessionStore extends SessionStore {
  readonly set: (next: SessionSnapshot) => void;
}

export function createSessionStore(first: SessionSnapshot): WritableSessionStore {
  let snapshot = Object.freeze(first);
  // Keyed by an object of its own, so that one function subscribed twice is called twice.
  const listeners = new Map<object, () => void>();

  return {
    getSnapshot: () => snapshot,
    subscribe(listener) {
      const subscription = {};
      listeners.set(subscription, listener);
      return () => {
        listeners.delete(subscription);
      };
    },
    set(next) {
      if (isSame(snapshot, next)) return;
      snapshot = Object.freeze(next);
      // A copy: a listener may subscribe another one, which hears of later changes only.
      for (const listener of Array.from(listeners.values())) runForApp(listener);
    },
  };
}

/** The app's own code must neither fail a call nor keep others from hearing: what it throws is reported as uncaught. */
export function runForApp(work: () => unknown): void {
  void (async () => work())().catch((error: unknown) => {
    queueMicrotask(() => {
      throw error;
    });
  });
}

function isSame(left: SessionSnapshot, right: SessionSnapshot): boolean {
  if (left.status === "signedIn" && right.status === "signedIn") {
    return left.connection === right.connection && isSameUser(left.user, right.user);
  }
  if (left.status === "expired" && right.status === "expired") {
    return left.reason === right.reason && left.user === right.user;
  }
  return left.status === right.status;
}

function isSameUser(a: User, b: User): boolean {
  return (
    a.id === b.id &&
    a.email === b.email &&
    a.name === b.name &&
    a.role === b.role &&
    a.emailVerified === b.emailVerified
  );
}
