import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { trpc } from "../client.ts";
import { errorText } from "../forms/error-text.ts";
import { Card } from "../ui/card.tsx";
import { sayNode } from "./lab-nodes.ts";
import type { RunSnapshot } from "./lab-run.ts";
import { sayDuration } from "./say-time.ts";
import { barParts, purposeOf } from "./write-steps.ts";

/** What the log-out waited for, as the server has noted it. */
export function WriteCard({ snapshot }: { readonly snapshot: RunSnapshot | undefined }): ReactNode {
  const traceId = snapshot?.traceId;
  const isWritten = snapshot?.moments.returnedMs !== undefined || snapshot?.phase === "unknown";
  const { data, error } = useQuery(
    trpc.lab.lastWrite.queryOptions(
      { traceId: traceId ?? "" },
      { enabled: traceId !== undefined && isWritten, staleTime: Infinity, gcTime: 0 },
    ),
  );
  return (
    <Card
      title="What the log-out did"
      lead={
        data === undefined
          ? "The steps of the write, once there was one."
          : `${sayDuration(data.totalMs)} at ${sayNode(data.node)}, with the word of ${sayProcesses(data.processes)}${data.attempts > 1 ? `, in ${data.attempts} attempts` : ""}.`
      }
    >
      {error !== null && traceId !== undefined && <p className="muted">{errorText(error)}</p>}
      <div className="steps">
        <div className="steps__bar" aria-hidden>
          {data !== undefined &&
            barParts(data.steps, data.totalMs).map(
              ({ name, startPercent, widthPercent }, index) => (
                <span
                  key={`${name} ${startPercent}`}
                  className="steps__part"
                  data-shade={index % 2}
                  style={{ left: `${startPercent}%`, width: `${widthPercent}%` }}
                >
                  {widthPercent > 9 && name}
                </span>
              ),
            )}
        </div>
        {data !== undefined && (
          <ol className="steps__list">
            {data.steps.map(({ name, startMs, durationMs }, index) => (
              <li key={`${name} ${startMs}`} className="steps__step">
                <span className="steps__swatch" data-shade={index % 2} aria-hidden />
                <strong>{name}</strong>
                <span className="number steps__time">{sayDuration(durationMs)}</span>
                <span className="muted">{purposeOf(name)}</span>
              </li>
            ))}
          </ol>
        )}
      </div>
    </Card>
  );
}

function sayProcesses(count: number): string {
  if (count === 0) return "no other process";
  return count === 1 ? "one other process" : `${count} other processes`;
}
