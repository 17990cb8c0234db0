import type { RunSnapshot } from "./lab-run.ts";
import { sayDuration } from "./say-time.ts";
import { judgeRun } from "./verdict.ts";

// Some calls must have been made before there is a verdict worth reading out.
const verdictAfterMs = 3_000;

/**
 * What a screen reader reads out of a run: its turns, each once. The texts hold no number that goes on
 * changing.
 */
export function announcementOf(snapshot: RunSnapshot | undefined): string {
  if (snapshot === undefined) return "";
  const { phase, moments, lanes } = snapshot;
  switch (phase) {
    case "signingIn":
      return "Signing the devices in.";
    case "calling":
      return "All devices are signed in and calling.";
    case "loggingOut":
      return "Logging out everywhere.";
    case "unknown":
      return "The log-out came back with an error.";
    case "returned":
    case "ended":
      return moments.returnedMs === undefined
        ? "The run has ended."
        : `${sayReturn(moments.pressedMs, moments.returnedMs)} ${sayVerdict(moments.returnedMs)}`;
  }

  function sayVerdict(returnedMs: number): string {
    const verdict = judgeRun(lanes);
    if (verdict.kind === "violated") return "A call that began afterwards was accepted.";
    if (verdict.kind === "open" || moments.nowMs - returnedMs < verdictAfterMs) return "";
    return "No call that began afterwards was accepted.";
  }
}

function sayReturn(pressedMs: number | undefined, returnedMs: number): string {
  return `The log-out has returned after ${sayDuration(returnedMs - (pressedMs ?? returnedMs))}.`;
}
