import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { startRun, type LabRun, type RunOptions, type RunSnapshot } from "./lab-run.ts";

const refreshMs = 200;
// For who wants less motion the chart moves in steps.
const calmRefreshMs = 1_000;

/** The run of this page: at most one at a time, and none once the page is left. */
export function useLabRun(): {
  readonly run: LabRun | undefined;
  readonly snapshot: RunSnapshot | undefined;
  readonly start: (options: Omit<RunOptions, "refreshMs">) => void;
} {
  const [run, setRun] = useState<LabRun>();
  const current = useRef<LabRun>(undefined);
  const snapshot = useSyncExternalStore(run?.subscribe ?? neverChanges, () => run?.getSnapshot());

  const start = useCallback((options: Omit<RunOptions, "refreshMs">) => {
    current.current?.stop();
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    current.current = startRun({ ...options, refreshMs: isCalm ? calmRefreshMs : refreshMs });
    setRun(current.current);
  }, []);
  useEffect(() => () => current.current?.stop(), []);

  return { run, snapshot, start };
}

function neverChanges(): () => void {
  return () => undefined;
}
