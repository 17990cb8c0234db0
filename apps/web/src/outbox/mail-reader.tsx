import { useState, type ReactNode } from "react";
import { Badge } from "../ui/badge.tsx";
import { Time } from "../ui/time.tsx";
import { MailText } from "./mail-text.tsx";
import type { ShownMail } from "./mails.ts";
import "./mail-reader.css";

/** A list of mails and the one that was chosen, first the newest. What arrives changes nothing that is read. */
export function MailReader({ mails }: { readonly mails: readonly ShownMail[] }): ReactNode {
  const [chosenId, setChosenId] = useState(mails[0]?.messageId);
  const [seenIds, setSeenIds] = useState(() => new Set(mails.map(({ messageId }) => messageId)));
  // The service keeps the last hundred only, and none when it is started again.
  const chosen = mails.find(({ messageId }) => messageId === chosenId) ?? mails[0];
  return (
    <div className="mail-reader">
      <ul className="mail-reader__list" aria-label="Mails, newest first">
        {mails.map(({ messageId, subject, to, keptAtMs }) => (
          <li key={messageId}>
            <button
              type="button"
              className="mail-reader__item"
              aria-current={messageId === chosen?.messageId}
              onClick={() => {
                setChosenId(messageId);
                setSeenIds((seen) => new Set(seen).add(messageId));
              }}
            >
              <span className="mail-reader__line">
                <span className="mail-reader__subject">{subject}</span>
                {!seenIds.has(messageId) && <Badge tone="info">New</Badge>}
              </span>
              <span className="mail-reader__line mail-reader__line--small">
                <span className="mail-reader__to">{to}</span>
                <Time at={new Date(keptAtMs).toISOString()} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {chosen !== undefined && <MailText mail={chosen} />}
    </div>
  );
}
