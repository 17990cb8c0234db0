import { claimNextMail, handleMail } from "./handle-mail.ts";
import type { MailParts } from "./mail-parts.ts";
import { createTurns } from "./turns.ts";
import { untilAborted } from "./until-aborted.ts";

/** So often a worker looks without having been nudged: for retries, and for what others left. */
const lookEveryMs = 5000;
const closeTimeoutMs = 5000;
/** Mails handled at once, so that one slow recipient keeps only its own mail waiting. */
const handledAtOnceMax = 5;

/** Sends what is in the mail table, at least once, at most 5 mails at a time. Each node may have one. */
export interface MailWorker {
  start(): void;
  /** Looks for mails now. To be called when a transaction that queued one has committed. */
  nudge(): void;
  /** Waits for the mails in flight, whose every step has a deadline, and closes the transport. */
  stop(): Promise<void>;
}

export function createMailWorker(parts: MailParts): MailWorker {
  const { report, settings } = parts;
  /** Each handles one mail after the other, until none is due. */
  const lanes = new Set<Promise<void>>();
  const inTurn = createTurns();
  let isStarted = false;
  let isNudged = false;
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    if (!isStarted) return;
    if (lanes.size === handledAtOnceMax) {
      // The lanes look again before they end; a claim that is under way may miss this mail.
      isNudged = true;
      return;
    }
    const lane = runLane().finally(() => lanes.delete(lane));
    lanes.add(lane);
  }

  async function runLane(): Promise<void> {
    try {
      do {
        isNudged = false;
        await handleAll();
      } while (isStarted && isNudged);
      isFailing = false;
    } catch (error) {
      if (!isFailing) report({ kind: "mail_worker_failed", error });
      isFailing = true;
    }
  }

  async function handleAll(): Promise<void> {
    while (isStarted) {
      const due = await claimNextMail(parts);
      if (due === undefined) return;
      // Of several links for one person the newest works, so it has to come last.
      const handling = inTurn(due.content?.to ?? due.claimed.id, () => handleMail(parts, due));
      // There may be more, which need not wait for this one.
      look();
      await handling;
      isFailing = false;
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
      await Promise.all(lanes);
      await closeTransport();
    },
  };
}
