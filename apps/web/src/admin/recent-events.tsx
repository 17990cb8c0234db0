import type { RecentEvent } from "@portcullis/app-server/contract";
import type { ReactNode } from "react";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { Time } from "../ui/time.tsx";
import { describeCacheEvent } from "./health-words.ts";
import "./recent-events.css";

export function RecentEvents({ events }: { readonly events: readonly RecentEvent[] }): ReactNode {
  return (
    <Card
      title="What the cache did"
      lead="The last 50 events of this node, the newest first. The store is Redis, or the memory of a service that is one process."
    >
      {events.length === 0 ? (
        <p className="muted">Nothing yet.</p>
      ) : (
        <ol className="recent-events">
          {events.toReversed().map((event) => (
            <li key={`${event.at} ${event.kind}`} className="recent-events__event">
              <span>
                {describeCacheEvent(event.kind)}{" "}
                {event.count > 1 && <Badge>{`${event.count} times`}</Badge>}
              </span>
              <span className="muted small recent-events__when">
                <Time at={event.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
