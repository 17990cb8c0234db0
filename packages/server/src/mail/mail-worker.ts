import { handleNextMail } from "./handle-mail.ts";
import type { MailParts } from "./mail-parts.ts";
import { untilAborted } from "./until-aborted.ts";

/** So often a worker looks without having been nudged: for retries, and for what others left. */
const lookEveryMs = 5000;
const closeTimeoutMs = 5000;

/** Sends what is in the mail table, at least once, one mail at a time. Each node may have one. */
export interface MailWorker {
  start(): void;
  /** Looks for mails now. To be called when a transaction that queued one has committed. */
  nudge(): void;
  /** Waits for the mail in flight, whose every step has a deadline, and closes the transport. */
  stop(): Promise<void>;
}

export function createMailWorker(parts: MailParts): MailWorker {
  const { report, settings } = parts;
  let isStarted = false;
  let isNudged = false;
  let isFailing = false;
  let handling: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    if (!isStarted) return;
    isNudged = true;
    handling ??= handleAll().finally(() => {
      handling = undefined;
    });
  }

  async function handleAll(): Promise<void> {
    try {
      // A nudge that comes while the last claim finds nothing may be for a mail committed since.
      while (isStarted && isNudged) {
        isNudged = false;
        while (isStarted && (await handleNextMail(parts))) isFailing = false;
      }
      isFailing = false;
    } catch (error) {
      if (!isFailing) report({ kind: "mail_worker_failed", error });
      isFailing = true;
    }
  }

  async function closeTransport(): Promise<void> {
    try {
      const closing = settings.transport.close?.();
      await untilAborted(Promise.resolve(closing), AbortSignal.timeout(closeTimeoutMs));
    } catch (error) {
      report({ kind: "mail_worker_failed", error });
    }
  }

  return {
    start() {
      isStarted = true;
      clearInterval(timer);
      timer = setInterval(look, lookEveryMs);
      timer.unref();
      look();
    },
    nudge: look,
    async stop() {
      isStarted = false;
      clearInterval(timer);
      await handling;
      await closeTransport();
    },
  };
}
