import type { DerivedKeys } from "../derived-keys.ts";
import type { DatabasePort } from "../repositories/database-port.ts";
import type { MailEvent } from "./mail-events.ts";
import type { MailSettings } from "./mail-options.ts";
import type { MailResolvers } from "./mail-request.ts";

/** What mails are handled with. */
export interface MailParts {
  readonly database: DatabasePort;
  readonly settings: MailSettings;
  /** The first seals; all of them open, so that a secret can be replaced while mails wait. */
  readonly sealKeys: DerivedKeys;
  readonly resolvers: MailResolvers;
  readonly now: () => number;
  readonly report: (event: MailEvent) => void;
}
