import type { ReactNode } from "react";
import type { Call } from "./call.ts";
import { tickPaths } from "./tick-paths.ts";

const scale = { fromMs: 0, toMs: 1, left: 0, right: 16 };

/** A tick as it stands in the chart. */
export function TickSample({ outcome }: { readonly outcome: Call["outcome"] }): ReactNode {
  const paths = tickPaths([{ beganMs: 0.5, endedMs: 0.5, outcome }], 0, scale, 8);
  return (
    <svg className="legend__tick" width="16" height="16" aria-hidden>
      <path className={`tick tick--${outcome}`} d={paths[outcome]} />
    </svg>
  );
}
