import type { AuditEntry } from "@portcullis/server";
import type { ReactNode } from "react";
import { describeEvent } from "../audit/describe-event.ts";
import { Time } from "../ui/time.tsx";
import { activityIcon } from "./activity-icon.ts";
import { describeDevice } from "./device.ts";

export function ActivityItem({ entry }: { readonly entry: AuditEntry }): ReactNode {
  const { title, detail, tone } = describeEvent(entry);
  const Icon = activityIcon(entry);
  return (
    <li className="activity-item" data-tone={tone}>
      <Icon aria-hidden />
      <div className="activity-item__about">
        <p className="activity-item__title">{title}</p>
        {detail !== undefined && <p>{detail}</p>}
        <p className="muted small">
          {placeOf(entry)}
          {" · "}
          <Time at={entry.at} />
        </p>
      </div>
    </li>
  );
}

/** From where and with what. What nobody signed in as the user did tells neither. */
function placeOf({ address, userAgent }: AuditEntry): string {
  if (address === null && userAgent === null) return "By the service or its operators";
  return `${describeDevice(userAgent).name}, ${address ?? "unknown address"}`;
}
