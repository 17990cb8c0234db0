import type { ReactNode } from "react";
import { errorText } from "../forms/error-text.ts";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { deviceCount, sayNode } from "./lab-nodes.ts";
import type { RunSnapshot } from "./lab-run.ts";
import { sayDuration, sayOffset } from "./say-time.ts";
import { judgeRun, type Verdict } from "./verdict.ts";

// A log-out that takes longer waits for something, and one wants to know for what.
const unusualMs = 1_000;

interface Words {
  readonly tone: "neutral" | "good" | "bad" | "warn";
  readonly headline: ReactNode;
  readonly text: ReactNode;
}

/** The verdict, and the buttons of the run. */
export function RunCard({
  snapshot,
  leaseMs,
  nodeCount,
  onStart,
  onLogOut,
  onStop,
  onOtherAccount,
}: {
  readonly snapshot: RunSnapshot | undefined;
  readonly leaseMs: number;
  readonly nodeCount: number;
  readonly onStart: () => void;
  readonly onLogOut: () => void;
  readonly onStop: () => void;
  readonly onOtherAccount?: () => void;
}): ReactNode {
  const { tone, headline, text } = wordsOf(snapshot, leaseMs, nodeCount);
  const phase = snapshot?.phase;
  const isOver = phase === undefined || phase === "ended";
  return (
    <section className="verdict card" data-tone={tone} aria-label="Verdict">
      <div className="verdict__words">
        <p className="verdict__headline number">{headline}</p>
        <p className="verdict__text number">{text}</p>
      </div>
      {snapshot?.problem !== undefined && <Notice tone="bad">{errorText(snapshot.problem)}</Notice>}
      <div className="verdict__actions">
        <MainButton phase={phase} onStart={onStart} onLogOut={onLogOut} />
        <Button aria-disabled={isOver} onClick={onStop}>
          Stop
        </Button>
        {isOver && onOtherAccount !== undefined && (
          <Button variant="quiet" onClick={onOtherAccount}>
            Another account
          </Button>
        )}
      </div>
    </section>
  );
}

/**
 * One button with what comes next, so that who uses the keyboard stays where they are. It does nothing
 * after the log-out: a second click on it must not be one on something else.
 */
function MainButton({
  phase,
  onStart,
  onLogOut,
}: {
  readonly phase: RunSnapshot["phase"] | undefined;
  readonly onStart: () => void;
  readonly onLogOut: () => void;
}): ReactNode {
  switch (phase) {
    case undefined:
    case "ended":
    case "signingIn":
      return (
        <Button variant="primary" isBusy={phase === "signingIn"} onClick={onStart}>
          {phase === "ended" ? "Start again" : "Start"}
        </Button>
      );
    case "calling":
    case "loggingOut":
    case "returned":
    case "unknown":
      return (
        <Button
          variant="primary"
          isBusy={phase === "loggingOut"}
          aria-disabled={phase !== "calling"}
          onClick={onLogOut}
        >
          Log out everywhere
        </Button>
      );
  }
}

function wordsOf(snapshot: RunSnapshot | undefined, leaseMs: number, nodeCount: number): Words {
  const spread = nodeCount === 1 ? "one node" : `${nodeCount} nodes`;
  if (snapshot === undefined) {
    return {
      tone: "neutral",
      headline: "Ready",
      text: `Start signs ${deviceCount} devices of a new account in, spread over ${spread}. Each calls the service about ten times a second.`,
    };
  }
  const { phase, signedIn, moments, problem } = snapshot;
  const { pressedMs, returnedMs, nowMs } = moments;
  switch (phase) {
    case "signingIn":
      return {
        tone: "neutral",
        headline: `${signedIn} of ${deviceCount} signed in`,
        text: "One after the other: each costs the server a password hash.",
      };
    case "calling":
      return {
        tone: "neutral",
        headline: `${deviceCount} devices are calling`,
        text: `On ${spread}, each with a token of its own. Now log them out, all at once.`,
      };
    case "loggingOut":
      return waitingWords(nowMs - (pressedMs ?? nowMs), leaseMs);
    case "unknown":
      return {
        tone: "warn",
        headline: "The log-out came back with an error",
        text: "It may have happened or not, so nothing is promised, and nothing is counted. Stop, and start again.",
      };
    case "returned":
    case "ended":
      if (returnedMs === undefined) return stoppedWords(problem, pressedMs);
      return verdictWords(
        judgeRun(snapshot.lanes),
        returnedMs - (pressedMs ?? returnedMs),
        returnedMs,
      );
  }
}

function stoppedWords(problem: unknown, pressedMs: number | undefined): Words {
  return problem !== undefined && pressedMs === undefined
    ? { tone: "warn", headline: "It could not begin", text: "The devices could not be signed in." }
    : { tone: "neutral", headline: "Stopped", text: "The calls have ended." };
}

function waitingWords(waitedMs: number, leaseMs: number): Words {
  if (waitedMs < unusualMs) {
    return { tone: "neutral", headline: "Logging out …", text: "The call is under way." };
  }
  return {
    tone: "warn",
    headline: `Logging out … ${(waitedMs / 1_000).toFixed(0)} s`,
    text: `The call waits for a server that does not answer: about a lease (${leaseMs / 1_000} s), or two if more than one is away. It returns only when no node can accept the old tokens any more.`,
  };
}

function verdictWords(verdict: Verdict, tookMs: number, returnedMs: number): Words {
  const took = `The log-out took ${sayDuration(tookMs)}.`;
  switch (verdict.kind) {
    case "open":
      return {
        tone: "neutral",
        headline: "Logged out everywhere",
        text: `${took} Waiting for the first calls that began afterwards.`,
      };
    case "holds":
      return {
        tone: "good",
        headline: `0 of ${verdict.counted}`,
        text: `calls that began after the log-out had returned were accepted. ${took}${
          verdict.unanswered === 0 ? "" : ` ${verdict.unanswered} more got no answer.`
        }`,
      };
    case "violated":
      return {
        tone: "bad",
        headline: `${verdict.accepted} of ${verdict.counted}`,
        text: `calls that began after the log-out had returned were accepted. That must not happen. The first: ${verdict.violations
          .map(
            ({ lane, call }) =>
              `device ${lane.device} at ${sayNode(lane.node)}, begun ${sayOffset(call.beganMs - returnedMs)}`,
          )
          .join("; ")}.`,
      };
  }
}
