import type { SessionSummary } from "@portcullis/server";
import type { ReactNode } from "react";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Time } from "../ui/time.tsx";
import { describeDevice } from "./device.ts";
import { DeviceIcon } from "./device-icon.tsx";

export function DeviceItem({
  session: { userAgent, address, createdAt, lastUsedAt, current },
  onSignOut,
}: {
  readonly session: SessionSummary;
  readonly onSignOut: () => void;
}): ReactNode {
  const { name, kind } = describeDevice(userAgent);
  return (
    <li className="device-item">
      <DeviceIcon kind={kind} />
      <div className="device-item__about">
        <p className="device-item__name" title={userAgent ?? undefined}>
          {name} {current && <Badge tone="good">This device</Badge>}
        </p>
        <p className="muted small">
          {address ?? "Unknown address"} · signed in <Time at={createdAt} /> · last used{" "}
          <Time at={lastUsedAt} />
        </p>
      </div>
      <Button size="small" aria-label={`Sign out ${name}`} onClick={onSignOut}>
        Sign out
      </Button>
    </li>
  );
}
