import type { User } from "@portcullis/server";
import type { SessionEndReason } from "./errors.ts";

/** Who is signed in here. Never carries a token. */
export type SessionSnapshot =
  | {
      readonly status: "signedOut";
      /** Present when the server ended the session; absent before a login and after a logout. */
      readonly reason?: SessionEndReason;
    }
  | { readonly status: "signedIn"; readonly user: User };

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

export function createSessionStore(): WritableSessionStore {
  let snapshot: SessionSnapshot = Object.freeze({ status: "signedOut" });
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
      for (const listener of Array.from(listeners.values())) notify(listener);
    },
  };
}

/** A listener that throws must neither fail a call nor keep the others from hearing: it is reported as uncaught. */
function notify(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function isSame(left: SessionSnapshot, right: SessionSnapshot): boolean {
  if (left.status === "signedOut") {
    return right.status === "signedOut" && left.reason === right.reason;
  }
  if (right.status === "signedOut") return false;
  const [a, b] = [left.user, right.user];
  return a.id === b.id && a.email === b.email && a.name === b.name && a.role === b.role;
}
