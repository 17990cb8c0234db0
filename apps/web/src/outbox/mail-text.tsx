import type { ReactNode } from "react";
import { buttonLook } from "../ui/button.tsx";
import { Fact, Facts } from "../ui/facts.tsx";
import { Time } from "../ui/time.tsx";
import { linkOf, type ShownMail } from "./mails.ts";

/**
 * Only the plain text: the HTML part would need a frame with a policy of its own to be shown safely,
 * and says nothing more.
 */
export function MailText({ mail }: { readonly mail: ShownMail }): ReactNode {
  const link = linkOf(mail.text, location.origin);
  return (
    <article className="mail-text" aria-labelledby="mail-subject">
      <h2 id="mail-subject">{mail.subject}</h2>
      <Facts>
        <Fact name="To">{mail.to}</Fact>
        <Fact name="Written">
          <Time at={new Date(mail.keptAtMs).toISOString()} />
        </Fact>
      </Facts>
      {link?.isOurs === true && (
        <div>
          <a href={link.url} {...buttonLook({ variant: "primary" })}>
            Open the link
          </a>
        </div>
      )}
      {link?.isOurs === false && (
        <p className="muted small">The link leads to another site, so it is only shown.</p>
      )}
      <p className="mail-text__body">{mail.text.trim()}</p>
    </article>
  );
}
