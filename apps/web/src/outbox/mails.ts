/** A mail that the service did not send but keeps, to be tried out. */
export interface ShownMail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly keptAtMs: number;
}

export type Outbox =
  /** Newest first. */
  | { readonly kind: "shown"; readonly mails: readonly ShownMail[] }
  /** The service has no outbox, or does not show it to this browser. */
  | { readonly kind: "hidden" };

/** @throws Error when there is no answer that can be read. */
export async function readOutbox(signal: AbortSignal): Promise<Outbox> {
  const response = await fetch("/outbox/mails.json", { signal });
  if (response.status === 404) return { kind: "hidden" };
  if (!response.ok) throw new Error(`The outbox answered ${response.status}.`);
  const { mails } = (await response.json()) as { readonly mails: readonly ShownMail[] };
  return { kind: "shown", mails };
}

/** The first link of a mail, and whether it leads to this very site. */
export interface MailLink {
  readonly url: string;
  readonly isOurs: boolean;
}

/** @param origin Of the page. */
export function linkOf(text: string, origin: string): MailLink | undefined {
  const url = /https?:\/\/[^\s<>"]+/u.exec(text)?.[0];
  if (url === undefined || !URL.canParse(url)) return undefined;
  return { url, isOurs: isSameSite(new URL(url), new URL(origin)) };
}

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);

function isSameSite(one: URL, other: URL): boolean {
  if (one.origin === other.origin) return true;
  // A service on this machine has several names.
  return (
    one.protocol === other.protocol &&
    one.port === other.port &&
    loopbackNames.has(one.hostname) &&
    loopbackNames.has(other.hostname)
  );
}
