/**
 * What became of mails, for a log. `mailKind` is a kind of mail, or of a request that is answered
 * by mail. Never carries an address, a name or a token.
 */
export type MailEvent =
  | { kind: "mail_sent"; mailKind: string }
  /** `error` is the class and the codes of the error only: its text may quote the address. */
  | { kind: "mail_failed"; mailKind: string; attempt: number; error: string }
  /** It was deleted without having been sent, as far as we know. */
  | { kind: "mail_given_up"; mailKind: string }
  /** Told once, until the worker works again. */
  | { kind: "mail_worker_failed"; error: unknown };
