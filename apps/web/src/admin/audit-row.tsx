import type { AuditEntry } from "@portcullis/server";
import type { ReactNode } from "react";
import { describeEvent } from "../audit/describe-event.ts";
import { Fact, Facts } from "../ui/facts.tsx";
import { Time } from "../ui/time.tsx";
import { UserName } from "./user-name.tsx";

/** What one entry of the audit log tells: what happened, to whom, by whom, from where and when. */
export function AuditRow({
  entry,
  shownUserId,
}: {
  readonly entry: AuditEntry;
  /** Whose page it is: they are not named on it again. */
  readonly shownUserId: string | undefined;
}): ReactNode {
  const { title, detail, tone } = describeEvent(entry);
  return (
    <li className="audit-row" data-tone={tone}>
      <div className="audit-row__head">
        <span>
          <strong>{title}</strong>
          {entry.userId !== null && entry.userId !== shownUserId && (
            <>
              {": "}
              <UserName userId={entry.userId} />
            </>
          )}
        </span>
        <span className="muted small audit-row__when">
          <Time at={entry.at} />
        </span>
      </div>
      {detail !== undefined && <div>{detail}</div>}
      <div className="muted small">
        <Actor entry={entry} shownUserId={shownUserId} />
        {entry.address !== null && `${entry.actorId === null ? "From" : " from"} ${entry.address}`}
      </div>
      <details className="small">
        <summary className="muted">More</summary>
        <Facts>
          <Fact name="Kind">
            <code>{entry.kind}</code>
          </Fact>
          {entry.userAgent !== null && <Fact name="Program">{entry.userAgent}</Fact>}
          {entry.sessionId !== null && (
            <Fact name="Session">
              <code>{entry.sessionId}</code>
            </Fact>
          )}
          {entry.requestId !== null && (
            <Fact name="Request">
              <code>{entry.requestId}</code>
            </Fact>
          )}
          {Object.keys(entry.details).length > 0 && (
            <Fact name="Details">
              <code>{JSON.stringify(entry.details)}</code>
            </Fact>
          )}
        </Facts>
      </details>
    </li>
  );
}

function Actor({
  entry: { actorId, userId, address },
  shownUserId,
}: {
  readonly entry: AuditEntry;
  readonly shownUserId: string | undefined;
}): ReactNode {
  // Who signs in, or follows a link, is nobody yet.
  if (actorId === null) return address === null ? "By the service or its operator" : null;
  if (actorId === userId) return "By themselves";
  if (actorId === shownUserId) return "By this user";
  return (
    <>
      By <UserName userId={actorId} />
    </>
  );
}
