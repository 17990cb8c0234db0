import type { MailTransport, OutgoingMail } from "./mail-transport.ts";

const keptMax = 100;

/** A mail that was kept instead of sent. */
export interface KeptMail extends OutgoingMail {
  /** When it would have gone, in milliseconds since 1970. */
  readonly keptAtMs: number;
}

/** The mails of a process that sends none: for tests, and to try things out. */
export interface MemoryOutbox {
  readonly transport: MailTransport;
  /** The last 100 mails, newest first. */
  mails(): readonly KeptMail[];
  /**
   * The newest mail that is wanted, or the next one that is.
   *
   * @param timeoutMs Default 10000.
   * @throws Error when there was none in time.
   */
  waitFor(isWanted: (mail: OutgoingMail) => boolean, timeoutMs?: number): Promise<KeptMail>;
}

/**
 * Makes a transport that keeps mails instead of sending them.
 *
 * @param now The clock, in milliseconds since 1970. Default `Date.now`.
 * @example
 * ```ts
 * import { createMemoryOutbox } from "@portcullis/server";
 *
 * const outbox = createMemoryOutbox();
 * const mail = await outbox.waitFor(({ to }) => to.address === "ada@example.com");
 * console.log(mail.text);
 * ```
 */
export function createMemoryOutbox(now: () => number = Date.now): MemoryOutbox {
  const mails: KeptMail[] = [];
  const listeners = new Set<(mail: KeptMail) => void>();

  return {
    transport: {
      async send(sent) {
        const mail = { ...sent, keptAtMs: now() };
        mails.unshift(mail);
        mails.length = Math.min(mails.length, keptMax);
        for (const listener of listeners) listener(mail);
      },
    },
    mails: () => [...mails],
    async waitFor(isWanted, timeoutMs = 10_000) {
      const kept = mails.find(isWanted);
      if (kept !== undefined) return kept;
      const { promise, resolve, reject } = Promise.withResolvers<KeptMail>();
      const listener = (mail: KeptMail): void => {
        if (isWanted(mail)) resolve(mail);
      };
      const timer = setTimeout(
        () => reject(new Error(`No such mail came within ${timeoutMs} ms`)),
        timeoutMs,
      );
      listeners.add(listener);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        listeners.delete(listener);
      }
    },
  };
}
