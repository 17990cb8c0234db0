import { useRef, type ReactNode } from "react";
import { checks } from "./call.ts";
import type { LaneLog } from "./call-log.ts";
import { checkNames } from "./check-names.ts";
import type { Marker, RunSnapshot } from "./lab-run.ts";
import { tickPaths } from "./tick-paths.ts";
import { axisTicks, xOf, type TimeScale } from "./time-axis.ts";
import { windowOf, type Moments, type Zoom } from "./time-window.ts";
import { useWidth } from "./use-width.ts";

const markersHeight = 50;
const returnY = 12;
const faultYs = [28, 42] as const;
const groupHeight = 26;
const laneHeight = 20;
const axisHeight = 26;
const narrowPixels = 560;
// Half of a label at the end of the axis.
const labelRoom = 26;

/** Where a group of lanes begins, and its lanes' middles. */
interface PlacedGroup {
  readonly name: string;
  readonly y: number;
  readonly lanes: readonly { readonly log: LaneLog; readonly middleY: number }[];
}

/** Every call of every lane, by the time at which it began. */
export function Timeline({
  snapshot,
  lanes,
  zoom,
}: {
  readonly snapshot: RunSnapshot | undefined;
  readonly lanes: readonly LaneLog[];
  readonly zoom: Zoom;
}): ReactNode {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const groups = placeGroups(lanes);
  const bottom = markersHeight + checks.length * groupHeight + lanes.length * laneHeight;
  const height = bottom + axisHeight;
  const isNarrow = width < narrowPixels;
  const left = isNarrow ? 44 : 132;
  const shown = windowOf(zoom, snapshot?.moments ?? noMoments);
  const scale: TimeScale = { ...shown, left, right: Math.max(left + 1, width - labelRoom) };
  const x = (atMs: number): number => xOf(scale, atMs - shown.zeroMs);
  const isInSight = (atMs: number): boolean => x(atMs) >= scale.left && x(atMs) <= scale.right;

  return (
    <div ref={frame} className="timeline" style={{ height }}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label="Calls of each device over time; the table of facts says the same in words"
        >
          {axisTicks(scale).map(({ atMs, label }) => (
            <g key={atMs}>
              <line
                className="timeline__grid"
                x1={xOf(scale, atMs)}
                x2={xOf(scale, atMs)}
                y1={markersHeight}
                y2={bottom}
              />
              <text
                className="timeline__label"
                x={xOf(scale, atMs)}
                y={bottom + 17}
                textAnchor="middle"
              >
                {label}
              </text>
            </g>
          ))}
          {groups.map(({ name, y, lanes: placed }) => (
            <g key={name}>
              <text className="timeline__group" x={0} y={y + 17}>
                {name}
              </text>
              {placed.map(({ log, middleY }) => (
                <LaneTicks
                  key={log.lane.device}
                  log={log}
                  middleY={middleY}
                  scale={scale}
                  zeroMs={shown.zeroMs}
                  isNarrow={isNarrow}
                />
              ))}
            </g>
          ))}
          {marksOf(snapshot)
            .filter(({ atMs }) => isInSight(atMs))
            .map(({ atMs, label, kind, y }) => (
              <Mark
                key={`${label} ${atMs}`}
                kind={kind}
                label={label}
                x={x(atMs)}
                y={y}
                bottom={bottom}
                anchor={x(atMs) > (scale.left + scale.right) / 2 ? "end" : "start"}
              />
            ))}
        </svg>
      )}
    </div>
  );
}

const noMoments: Moments = {
  startedMs: 0,
  pressedMs: undefined,
  returnedMs: undefined,
  nowMs: 0,
};

function placeGroups(lanes: readonly LaneLog[]): PlacedGroup[] {
  let y = markersHeight;
  return checks.map((check) => {
    const groupY = y;
    y += groupHeight;
    const placed = lanes
      .filter(({ lane }) => lane.check === check)
      .map((log) => {
        const middleY = y + laneHeight / 2;
        y += laneHeight;
        return { log, middleY };
      });
    return { name: checkNames[check].name, y: groupY, lanes: placed };
  });
}

function LaneTicks({
  log: { lane, calls },
  middleY,
  scale,
  zeroMs,
  isNarrow,
}: {
  readonly log: LaneLog;
  readonly middleY: number;
  readonly scale: TimeScale;
  readonly zeroMs: number;
  readonly isNarrow: boolean;
}): ReactNode {
  const paths = tickPaths(calls, zeroMs, scale, middleY);
  return (
    <>
      <text className="timeline__label" x={0} y={middleY + 4}>
        {isNarrow ? `No. ${lane.device}` : `Device ${lane.device}, ${shorten(lane.node)}`}
      </text>
      <line className="timeline__lane" x1={scale.left} x2={scale.right} y1={middleY} y2={middleY} />
      <path className="tick tick--accepted" d={paths.accepted} />
      <path className="tick tick--error" d={paths.error} />
      <path className="tick tick--refused" d={paths.refused} />
    </>
  );
}

const nodeCharactersMax = 10;

function shorten(name: string): string {
  return name.length > nodeCharactersMax ? `${name.slice(0, nodeCharactersMax - 1)}…` : name;
}

interface PlacedMark extends Marker {
  readonly kind: "pressed" | "returned" | "fault";
  /** Of its words: neighbours stand in different rows, so that they do not cover each other. */
  readonly y: number;
}

function marksOf(snapshot: RunSnapshot | undefined): PlacedMark[] {
  if (snapshot === undefined) return [];
  const { pressedMs, returnedMs } = snapshot.moments;
  const marks = snapshot.markers.map((marker, index): PlacedMark => {
    return { ...marker, kind: "fault", y: faultYs[index % 2] ?? faultYs[0] };
  });
  if (pressedMs !== undefined) {
    marks.push({ atMs: pressedMs, label: "log-out asked for", kind: "pressed", y: returnY });
  }
  if (returnedMs !== undefined) {
    marks.push({ atMs: returnedMs, label: "log-out returned", kind: "returned", y: returnY });
  }
  return marks;
}

function Mark({
  kind,
  label,
  x,
  y,
  bottom,
  anchor,
}: {
  readonly kind: PlacedMark["kind"];
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly bottom: number;
  readonly anchor: "start" | "end";
}): ReactNode {
  return (
    <g className={`mark mark--${kind}`}>
      <line x1={x} x2={x} y1={y - 8} y2={bottom} />
      {kind !== "pressed" && (
        <text x={anchor === "start" ? x + 5 : x - 5} y={y} textAnchor={anchor}>
          {label}
        </text>
      )}
    </g>
  );
}
