import { sessionEndReason, type SessionEndReason } from "./errors.ts";
import type { HeldTokens } from "./token-set.ts";

/** How an attempt to get fresh tokens went. */
export type Renewal =
  | { readonly kind: "renewed"; readonly tokens: HeldTokens }
  /** The server says that the session is over; no further attempt is made. */
  | { readonly kind: "ended"; readonly reason: SessionEndReason; readonly error: unknown }
  /** No network, a deadline, a fault of the server: the session may live on. */
  | { readonly kind: "failed"; readonly error: unknown };

/**
 * One login and the tokens that descend from it. Calls hold on to the session they started in, so a
 * logout or another login can not put a call under another user's token.
 */
export interface Session {
  tokens(): HeldTokens;
  /** Tokens that came after `old`: those already here, else those of the one refresh in flight. */
  renew(old: HeldTokens): Promise<Renewal>;
  /** Takes tokens that were got by other means than {@link Session.renew}. */
  replace(tokens: HeldTokens): void;
}

export interface SessionOptions {
  readonly tokens: HeldTokens;
  /** Trades a refresh token for new tokens. Has a deadline of its own. */
  readonly refresh: (refreshToken: string) => Promise<HeldTokens>;
  readonly onRenewed: (session: Session) => void;
  readonly onEnded: (session: Session, reason: SessionEndReason) => void;
}

export function createSession(options: SessionOptions): Session {
  let current = options.tokens;
  let inFlight: Promise<Renewal> | undefined;
  let ended: Renewal | undefined;

  async function refreshOnce(): Promise<Renewal> {
    try {
      session.replace(await options.refresh(current.refreshToken));
      return { kind: "renewed", tokens: current };
    } catch (error) {
      const reason = sessionEndReason(error);
      if (reason === undefined) return { kind: "failed", error };
      ended = { kind: "ended", reason, error };
      options.onEnded(session, reason);
      return ended;
    } finally {
      inFlight = undefined;
    }
  }

  const session: Session = {
    tokens: () => current,
    async renew(old) {
      if (current !== old) return { kind: "renewed", tokens: current };
      if (ended !== undefined) return ended;
      inFlight ??= refreshOnce();
      return inFlight;
    },
    replace(tokens) {
      current = tokens;
      options.onRenewed(session);
    },
  };
  return session;
}
