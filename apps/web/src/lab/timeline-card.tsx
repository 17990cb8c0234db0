import { useState, type ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import type { LaneLog } from "./call-log.ts";
import type { RunSnapshot } from "./lab-run.ts";
import { TickSample } from "./tick-sample.tsx";
import type { Zoom } from "./time-window.ts";
import { Timeline } from "./timeline.tsx";

const zooms: readonly { readonly zoom: Zoom; readonly name: string }[] = [
  { zoom: "near", name: "Around the log-out" },
  { zoom: "whole", name: "Whole run" },
];

export function TimelineCard({
  snapshot,
  lanes,
}: {
  readonly snapshot: RunSnapshot | undefined;
  readonly lanes: readonly LaneLog[];
}): ReactNode {
  const [zoom, setZoom] = useState<Zoom>("near");
  return (
    <Card
      title="Timeline"
      lead="A line for each device and check. The table below says the same in numbers."
      actions={
        <div className="lab__choices" role="group" aria-label="Part of the run">
          {zooms.map((choice) => (
            <Button
              key={choice.zoom}
              size="small"
              variant={choice.zoom === zoom ? "secondary" : "quiet"}
              aria-pressed={choice.zoom === zoom}
              onClick={() => setZoom(choice.zoom)}
            >
              {choice.name}
            </Button>
          ))}
        </div>
      }
    >
      <Timeline snapshot={snapshot} lanes={lanes} zoom={zoom} />
      <ul className="legend small muted">
        <li>
          <TickSample outcome="accepted" /> accepted
        </li>
        <li>
          <TickSample outcome="refused" /> refused
        </li>
        <li>
          <TickSample outcome="error" /> no answer, or an answer about something else
        </li>
        <li>Each stands where its call began; a bar is as long as the call took.</li>
      </ul>
    </Card>
  );
}
