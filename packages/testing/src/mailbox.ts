import type { MailKind, MailTransport, OutgoingMail } from "@portcullis/server";
import { TestAuthError } from "./errors.ts";

const keptMax = 1000;
const timeoutDefaultMs = 5000;

/** Kinds of mails with a token that their reader brings back. */
export type TokenMailKind = "verify_email" | "reset_password" | "change_email";

interface MailOfAnyKind {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A mail that was sent. Mails that carry a token have it in `token`. */
export type TestMail<Kind extends MailKind = MailKind> = Kind extends TokenMailKind
  ? MailOfAnyKind & { readonly kind: Kind; readonly token: string }
  : MailOfAnyKind & { readonly kind: Kind };

/** Which mail is waited for, besides its kind. */
export interface WaitForMailOptions {
  /** The address, or the user that it is to. Default: any. */
  readonly to?: string | { readonly email: string };
  /** Real time, in milliseconds. Default 5000. */
  readonly timeoutMs?: number;
}

/** All mails of one auth. */
export interface Mailbox {
  readonly transport: MailTransport;
  /** The last 1000, oldest first. */
  mails(): readonly TestMail[];
  waitFor<Kind extends MailKind>(kind: Kind, options?: WaitForMailOptions): Promise<TestMail<Kind>>;
}

/** @param readKind what a mail that is being sent is about, by its id. */
export function createMailbox(readKind: (id: string) => Promise<MailKind>): Mailbox {
  const mails: TestMail[] = [];
  const handedOut = new WeakSet<TestMail>();
  const listeners = new Set<() => void>();

  return {
    transport: {
      async send(outgoing) {
        mails.push(toTestMail(await readKind(idOf(outgoing)), outgoing));
        if (mails.length > keptMax) mails.shift();
        for (const listener of listeners) listener();
      },
    },
    mails: () => [...mails],
    async waitFor<Kind extends MailKind>(
      kind: Kind,
      { to, timeoutMs = timeoutDefaultMs }: WaitForMailOptions = {},
    ) {
      const address = (typeof to === "object" ? to.email : to)?.toLowerCase();
      const { promise, resolve, reject } = Promise.withResolvers<TestMail<Kind>>();
      const look = (): void => {
        const found = mails.find(
          (mail): mail is TestMail<Kind> =>
            mail.kind === kind &&
            (address === undefined || mail.to === address) &&
            !handedOut.has(mail),
        );
        if (found === undefined) return;
        // At once, so that two who wait get two mails.
        handedOut.add(found);
        listeners.delete(look);
        resolve(found);
      };
      const timer = setTimeout(() => reject(missing(kind, address, timeoutMs, mails)), timeoutMs);
      listeners.add(look);
      look();
      try {
        const mail = await promise;
        if ("token" in mail && mail.token === "") throw withoutLink(kind);
        return mail;
      } finally {
        clearTimeout(timer);
        listeners.delete(look);
      }
    },
  };
}

/** The mail's id stands in its Message-ID, `<id@domain>`. */
function idOf({ messageId }: OutgoingMail): string {
  return messageId.slice(1, messageId.indexOf("@"));
}

function toTestMail(kind: MailKind, outgoing: OutgoingMail): TestMail {
  const { to, subject, text, html } = outgoing;
  const mail = { kind, to: to.address, subject, text, html };
  if (!isTokenMail(kind)) return mail as TestMail;
  return { ...mail, token: tokenIn(text) ?? tokenIn(html) ?? "" };
}

function isTokenMail(kind: MailKind): kind is TokenMailKind {
  return kind === "verify_email" || kind === "reset_password" || kind === "change_email";
}

/** An id and 256 random bits, in characters that look the same in every link. */
function tokenIn(text: string): string | undefined {
  return /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.[\w-]{43}/.exec(text)?.[0];
}

function missing(
  kind: MailKind,
  address: string | undefined,
  timeoutMs: number,
  mails: readonly TestMail[],
): TestAuthError {
  const came = mails.slice(-10).map((mail) => `${mail.kind} to ${mail.to}`);
  return new TestAuthError(
    "mail_missing",
    `No new ${kind} mail${address === undefined ? "" : ` to ${address}`} came within ${timeoutMs} ms. ` +
      `Each mail is handed out once. ${came.length === 0 ? "None was sent" : `Sent at last: ${came.join(", ")}`}.`,
  );
}

function withoutLink(kind: MailKind): TestAuthError {
  return new TestAuthError(
    "mail_without_link",
    `The ${kind} mail shows no token: its template has to show page.link to the reader.`,
  );
}
