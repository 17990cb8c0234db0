import type { ReactNode } from "react";
import { Card } from "../ui/card.tsx";
import { checks, type Call } from "./call.ts";
import type { LaneLog } from "./call-log.ts";
import { checkNames } from "./check-names.ts";
import type { LiveFacts } from "./live.ts";
import type { RunSnapshot } from "./lab-run.ts";
import { sayOffset } from "./say-time.ts";

const loggingOutDevice = 1;

/** What the chart shows, in numbers. */
export function FactsCard({
  snapshot,
  lanes,
}: {
  readonly snapshot: RunSnapshot | undefined;
  readonly lanes: readonly LaneLog[];
}): ReactNode {
  const returnedMs = snapshot?.moments.returnedMs;
  return (
    <Card
      title="The facts"
      lead="Times tell when a call began, from the moment at which the log-out returned. A subscription has ended when the SDK says so: before, it tries to renew its token. Device 1 logged out, and closed its own itself."
    >
      {/* It scrolls, so the keyboard must reach it. */}
      <div className="facts" role="region" aria-label="The facts" tabIndex={0}>
        <table className="facts__table number">
          <thead>
            <tr>
              <th scope="col">Device</th>
              <th scope="col">Node</th>
              <th scope="col">Last accepted</th>
              <th scope="col">First refused</th>
              <th scope="col">Accepted after</th>
              <th scope="col">Refused after</th>
              <th scope="col">Subscription ended</th>
            </tr>
          </thead>
          {checks.map((check) => (
            <tbody key={check}>
              <tr>
                <th scope="rowgroup" colSpan={7}>
                  {checkNames[check].name}
                </th>
              </tr>
              {lanes
                .filter(({ lane }) => lane.check === check)
                .map((log) => (
                  <LaneRow
                    key={log.lane.device}
                    log={log}
                    returnedMs={returnedMs}
                    live={
                      check === "checked"
                        ? (snapshot?.live ?? []).find(({ device }) => device === log.lane.device)
                        : undefined
                    }
                  />
                ))}
            </tbody>
          ))}
        </table>
      </div>
    </Card>
  );
}

function LaneRow({
  log: { lane, lastAccepted, firstRefused, afterReturn },
  returnedMs,
  live,
}: {
  readonly log: LaneLog;
  readonly returnedMs: number | undefined;
  readonly live: LiveFacts | undefined;
}): ReactNode {
  const isAfter = returnedMs !== undefined;
  return (
    <tr>
      <th scope="row">{lane.device}</th>
      <td>{lane.node}</td>
      <td>{sayCall(lastAccepted, returnedMs)}</td>
      <td>{sayCall(firstRefused, returnedMs)}</td>
      <td data-tone={afterReturn.accepted > 0 ? "bad" : undefined}>
        {isAfter ? afterReturn.accepted : "–"}
      </td>
      <td>{isAfter ? afterReturn.refused : "–"}</td>
      <td>{lane.check === "checked" ? sayLive(live, returnedMs) : ""}</td>
    </tr>
  );
}

function sayCall(call: Call | undefined, returnedMs: number | undefined): string {
  return call === undefined || returnedMs === undefined
    ? "–"
    : sayOffset(call.beganMs - returnedMs);
}

function sayLive(live: LiveFacts | undefined, returnedMs: number | undefined): string {
  if (live === undefined) return "–";
  if (live.endedMs === undefined) return `open, ${live.events} events`;
  if (live.device === loggingOutDevice) return "by itself";
  return returnedMs === undefined ? "ended" : sayOffset(live.endedMs - returnedMs);
}
