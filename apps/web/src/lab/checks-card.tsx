import type { ReactNode } from "react";
import { Card } from "../ui/card.tsx";
import { checks, type Check } from "./call.ts";
import type { LaneLog } from "./call-log.ts";
import { checkNames } from "./check-names.ts";
import { summarize } from "./check-summary.ts";
import type { RunSnapshot } from "./lab-run.ts";
import { sayClock, sayOffset } from "./say-time.ts";

/** The three checks beside each other: for how long does each accept what was revoked? */
export function ChecksCard({
  snapshot,
  lanes,
  cacheSeconds,
}: {
  readonly snapshot: RunSnapshot | undefined;
  readonly lanes: readonly LaneLog[];
  readonly cacheSeconds: number;
}): ReactNode {
  return (
    <Card
      title="The same tokens, three checks"
      lead="The run goes on until you stop it, at most ten minutes after the log-out: long enough to see the others end."
    >
      <div className="checks">
        {checks.map((check) => (
          <CheckTile
            key={check}
            check={check}
            snapshot={snapshot}
            lanes={lanes}
            cacheSeconds={cacheSeconds}
          />
        ))}
      </div>
    </Card>
  );
}

function CheckTile({
  check,
  snapshot,
  lanes,
  cacheSeconds,
}: {
  readonly check: Check;
  readonly snapshot: RunSnapshot | undefined;
  readonly lanes: readonly LaneLog[];
  readonly cacheSeconds: number;
}): ReactNode {
  const { name, how } = checkNames[check];
  const { tone, state, more } = wordsOf(check, snapshot, lanes, cacheSeconds);
  return (
    <section className="check" data-tone={tone}>
      <h3>{name}</h3>
      <p className="check__state number">{state}</p>
      <p className="check__more number">{more}</p>
      <p className="small muted">{how}</p>
    </section>
  );
}

function wordsOf(
  check: Check,
  snapshot: RunSnapshot | undefined,
  lanes: readonly LaneLog[],
  cacheSeconds: number,
): { readonly tone: "good" | "bad" | undefined; readonly state: string; readonly more: string } {
  const returnedMs = snapshot?.moments.returnedMs;
  if (snapshot === undefined || returnedMs === undefined) {
    return { tone: undefined, state: "–", more: "Nothing was revoked yet." };
  }
  const summary = summarize(lanes, check);
  switch (summary.kind) {
    case "waiting":
      return { tone: undefined, state: "…", more: "Waiting for the first call." };
    case "accepting":
      return {
        tone: "bad",
        state: `${snapshot.phase === "ended" ? "accepted to the end" : "still accepted"}, ${sayClock(snapshot.moments.nowMs - returnedMs)} after`,
        more: `${summary.acceptedAfter} calls were accepted. ${endOf(check, snapshot, returnedMs, cacheSeconds)}`,
      };
    case "refusing": {
      const isGood = summary.acceptedAfter === 0;
      const last =
        summary.lastAcceptedMs === undefined ? "" : sayOffset(summary.lastAcceptedMs - returnedMs);
      return {
        tone: isGood ? "good" : "bad",
        state: isGood ? "refused at once" : `accepted until ${last}`,
        more: isGood
          ? `No call was accepted afterwards; the last one that was began at ${last}.`
          : `${summary.acceptedAfter} calls were accepted after the log-out had returned.`,
      };
    }
  }
}

function endOf(
  check: Check,
  { ends }: RunSnapshot,
  returnedMs: number,
  cacheSeconds: number,
): string {
  if (check === "checked") return "";
  const endMs = ends[check];
  if (endMs === undefined) return "";
  const why =
    check === "stateless"
      ? "when the token expires"
      : `when the last node looks again after ${cacheSeconds / 60} minutes`;
  return `It ends at about ${sayClock(endMs - returnedMs)}, ${why}.`;
}
