import type { SessionSummary } from "@portcullis/server";
import { useCallback, useEffect, useState } from "react";
import { useProvided } from "./provider.ts";
import { useSession } from "./use-session.ts";

/** What {@link useSessions} returns. The calls reject as the procedures of their names do. */
export interface Sessions {
  /** Newest first. Absent before the first answer, and while nobody is signed in. */
  readonly sessions: readonly SessionSummary[] | undefined;
  /** Whether an answer is awaited; what is shown meanwhile is the last one. */
  readonly isLoading: boolean;
  /** Why the last attempt failed. What is shown is the answer before it. */
  readonly error: unknown;
  /** Asks the server again. */
  readonly refresh: () => void;
  /** Ends a session; the current one by signing out. */
  readonly revoke: (sessionId: string) => Promise<void>;
  /** Ends all sessions but the current one. */
  readonly revokeOthers: () => Promise<void>;
  /** Ends all sessions and signs out. */
  readonly logoutEverywhere: () => Promise<void>;
}

interface Answer {
  readonly userId: string;
  /** Which time of asking it is the answer to. */
  readonly turn: number;
  readonly sessions: readonly SessionSummary[] | undefined;
  readonly error: unknown;
}

/**
 * The sessions of the user who is signed in. Asks when it comes onto the page, when another user
 * signs in, and after each attempt to end sessions, also a failed one.
 *
 * @example
 * ```tsx
 * import { useSessions } from "@portcullis/react";
 *
 * function Devices() {
 *   const { sessions = [], isLoading, revoke } = useSessions();
 *   return (
 *     <ul aria-busy={isLoading}>
 *       {sessions.map(({ id, userAgent, current }) => (
 *         <li key={id}>
 *           {userAgent} <button onClick={() => void revoke(id)}>{current ? "Sign out" : "End"}</button>
 *         </li>
 *       ))}
 *     </ul>
 *   );
 * }
 * ```
 */
export function useSessions(): Sessions {
  const { client } = useProvided();
  const session = useSession();
  const userId = session.status === "signedIn" ? session.user.id : undefined;
  const [turn, setTurn] = useState(0);
  const [last, setLast] = useState<Answer>();
  const refresh = useCallback(() => setTurn((before) => before + 1), []);

  useEffect(() => {
    if (userId === undefined) {
      setLast(undefined);
      return undefined;
    }
    const aborter = new AbortController();
    const { signal } = aborter;
    const answer = (sessions: Answer["sessions"], error: unknown): void => {
      if (signal.aborted) return;
      setLast((before) => ({
        userId,
        turn,
        sessions: sessions ?? (before?.userId === userId ? before.sessions : undefined),
        error,
      }));
    };
    client.api.auth.sessions.list.query(undefined, { signal }).then(
      (sessions) => answer(sessions, undefined),
      (error: unknown) => answer(undefined, error),
    );
    return () => aborter.abort();
  }, [client, userId, turn]);

  const own = last?.userId === userId ? last : undefined;
  const isAwaited = userId !== undefined || session.status === "restoring";
  const { auth } = client.api;

  async function thenRefresh(call: Promise<unknown>): Promise<void> {
    try {
      await call;
    } finally {
      refresh();
    }
  }

  return {
    sessions: own?.sessions,
    isLoading: isAwaited && own?.turn !== turn,
    error: own?.error,
    refresh,
    revoke(sessionId) {
      // It is signed out by choice: after a revocation it would look like one of the server's.
      const isCurrent = own?.sessions?.some(({ id, current }) => current && id === sessionId);
      return thenRefresh(
        isCurrent ? auth.logout.mutate() : auth.sessions.revoke.mutate({ sessionId }),
      );
    },
    revokeOthers: () => thenRefresh(auth.sessions.revokeOthers.mutate()),
    logoutEverywhere: () => thenRefresh(auth.logoutEverywhere.mutate()),
  };
}
