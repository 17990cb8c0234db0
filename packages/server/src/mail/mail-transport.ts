/** A mail, ready to be sent. */
export interface OutgoingMail {
  readonly from: { readonly name: string; readonly address: string };
  /** One address, never a list or a header's text. */
  readonly to: { readonly address: string };
  /** One line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** With its angle brackets. A mail that is sent again has the same, so that it can be recognised. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The way to a mail server. `createSmtpTransport` makes one; any other service can be one too. */
export interface MailTransport {
  /**
   * Settles when the server has taken the mail, rejects when it has not, or nobody knows: the mail
   * is then sent again, later. Called for one mail at a time.
   *
   * @param signal Aborts after 15 s: nobody waits any longer, and the mail counts as not sent.
   */
  send(mail: OutgoingMail, signal: AbortSignal): Promise<void>;
  /** Called once, when the auth stops, after the last mail. Awaited for at most 5 s. */
  close?(): Promise<void>;
}
