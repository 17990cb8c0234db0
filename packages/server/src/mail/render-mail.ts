import type { RenderedMail } from "./mail-layout.ts";
import type { MailSettings } from "./mail-options.ts";
import type { OutgoingMail } from "./mail-transport.ts";
import type { Mail, MailKind } from "./mail.ts";

const subjectMax = 150;

/** RFC 3834: no machine is to answer. The second one says so to Microsoft Exchange. */
const headers = { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" };

/** Makes of a mail what its reader gets. The same id gives the same Message-ID. */
export function renderMail(
  settings: MailSettings,
  { id, ageMs }: { readonly id: string; readonly ageMs: number },
  mail: Mail,
): OutgoingMail {
  const { subject, text, html } = render(settings, mail.kind, withTimeLeft(mail, ageMs));
  const domain = settings.from.address.slice(settings.from.address.indexOf("@"));
  return {
    from: settings.from,
    to: { address: mail.to },
    subject: toLine(subject),
    text,
    html,
    messageId: `<${id}${domain}>`,
    headers,
  };
}

/** A mail that was sent late must not promise a link for longer than it is good. */
function withTimeLeft(mail: Mail, ageMs: number): Mail {
  if (!("expiresInMinutes" in mail)) return mail;
  const minutesLeft = mail.expiresInMinutes - Math.round(ageMs / 60_000);
  return { ...mail, expiresInMinutes: Math.max(1, minutesLeft) };
}

function render<Kind extends MailKind>(
  { templates, appName, appUrl, links }: MailSettings,
  kind: Kind,
  mail: Mail<Kind>,
): RenderedMail {
  return templates[kind](mail, { appName, link: linkOf(mail, appUrl, links) });
}

function linkOf(mail: Mail, appUrl: string, links: MailSettings["links"]): string {
  switch (mail.kind) {
    case "verify_email":
      return links.verifyEmail(mail.token);
    case "reset_password":
      return links.resetPassword(mail.token);
    case "change_email":
      return links.confirmEmail(mail.token);
    default:
      return appUrl;
  }
}

/** A line break in a subject would begin a header of somebody's choice. */
function toLine(subject: string): string {
  const line = subject.replaceAll(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
  const characters = [...line];
  return characters.length <= subjectMax
    ? line
    : `${characters.slice(0, subjectMax - 1).join("")}…`;
}
