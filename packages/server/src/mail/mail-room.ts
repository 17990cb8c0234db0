import type { DerivedKeys } from "../derived-keys.ts";
import type { DatabasePort } from "../repositories/database-port.ts";
import type { AuthTransaction } from "../repositories/tables.ts";
import type { MailEvent } from "./mail-events.ts";
import { resolveMailOptions } from "./mail-options.ts";
import type { MailOptions } from "./mail-options.ts";
import type { MailResolvers } from "./mail-request.ts";
import { createMailWorker } from "./mail-worker.ts";
import { queueMail } from "./queue-mail.ts";
import type { MailContent } from "./sealed-content.ts";

/** What the features know of mail. */
export interface MailRoom {
  /** Writes a mail down in the caller's transaction. Without mail options it does nothing. */
  queue(transaction: AuthTransaction, content: MailContent): Promise<void>;
  /** Has the mails of a transaction sent soon, after it has committed. */
  nudge(): void;
  start(): void;
  stop(): Promise<void>;
}

/** @throws InvalidAuthOptionsError */
export function createMailRoom(options: {
  readonly options: MailOptions | undefined;
  readonly database: DatabasePort;
  readonly sealKeys: DerivedKeys;
  readonly resolvers: MailResolvers;
  readonly now: () => number;
  readonly report: (event: MailEvent) => void;
}): MailRoom {
  if (options.options === undefined) return closedMailRoom;
  const parts = { ...options, settings: resolveMailOptions(options.options) };
  const worker = createMailWorker(parts);
  return {
    queue: (transaction, content) => queueMail(parts, transaction, content),
    nudge: () => worker.nudge(),
    start: () => worker.start(),
    stop: () => worker.stop(),
  };
}

const closedMailRoom: MailRoom = {
  queue: () => Promise.resolve(),
  nudge() {
    // There is nothing to send with.
  },
  start() {
    // Nor to wait for.
  },
  stop: () => Promise.resolve(),
};
