/** What became of reads with tokens of sessions that were logged out meanwhile. */
export interface RevocationVerdict {
  /** Sessions whose log-out was answered. */
  readonly loggedOut: number;
  /** Reads that were sent after that answer was there. */
  readonly readsAfter: number;
  /** Those of them that were accepted: each breaks the promise. */
  readonly acceptedAfter: number;
  /** Reads that were refused though nobody had asked to log their session out. */
  readonly refusedLive: number;
}

interface SessionLife {
  askedOut: boolean;
  /** When the answer of its log-out was there. */
  outAtMs: number | undefined;
  /** When the last read that was accepted had been sent. */
  lastAcceptedMs: number;
}

/**
 * Compares the times of reads and log-outs, all by one clock. Answers may come in any order: a read
 * that was answered before its session's log-out counts against the promise all the same if it was
 * sent after.
 */
export class RevocationChecker {
  readonly #sessions = new Map<string, SessionLife>();
  #loggedOut = 0;
  #readsAfter = 0;
  #acceptedAfter = 0;
  #refusedLive = 0;

  /** From now on its reads may be refused. */
  askedOut(session: string): void {
    this.#lifeOf(session).askedOut = true;
  }

  /** @param answeredAtMs when the answer that the session is logged out was there. */
  loggedOut(session: string, answeredAtMs: number): void {
    const life = this.#lifeOf(session);
    if (life.outAtMs !== undefined) return;
    life.outAtMs = answeredAtMs;
    this.#loggedOut += 1;
    if (life.lastAcceptedMs > answeredAtMs) {
      this.#readsAfter += 1;
      this.#acceptedAfter += 1;
    }
  }

  read(session: string, sentAtMs: number, wasAccepted: boolean): void {
    const life = this.#lifeOf(session);
    const isAfter = life.outAtMs !== undefined && sentAtMs > life.outAtMs;
    if (isAfter) this.#readsAfter += 1;
    if (wasAccepted) {
      life.lastAcceptedMs = Math.max(life.lastAcceptedMs, sentAtMs);
      if (isAfter) this.#acceptedAfter += 1;
    } else if (!life.askedOut) {
      this.#refusedLive += 1;
    }
  }

  verdict(): RevocationVerdict {
    return {
      loggedOut: this.#loggedOut,
      readsAfter: this.#readsAfter,
      acceptedAfter: this.#acceptedAfter,
      refusedLive: this.#refusedLive,
    };
  }

  #lifeOf(session: string): SessionLife {
    const known = this.#sessions.get(session);
    if (known !== undefined) return known;
    const life = { askedOut: false, outAtMs: undefined, lastAcceptedMs: Number.NEGATIVE_INFINITY };
    this.#sessions.set(session, life);
    return life;
  }
}
