import { fault, fine, warning, type Finding } from "./finding.ts";

/** A look at another machine's clock. Milliseconds since 1970. */
export interface ClockReading {
  readonly askedAtMs: number;
  /** The other clock, at some moment between the two of ours. */
  readonly timeMs: number;
  readonly answeredAtMs: number;
}

/** From here on nodes take each other's tokens for tokens from the future. */
const limitMs = 30_000;
const noticeableMs = 1_000;

const remedy =
  "Have both machines set their clocks by NTP, with chrony or systemd-timesyncd for instance: from 30 s on, nodes refuse each other's tokens.";

export function judgeClock(whose: "Postgres" | "Redis", reading: ClockReading): Finding {
  const aheadMs = differenceMs(reading);
  if (Math.abs(aheadMs) < noticeableMs) {
    return fine("clock", `The clocks of this machine and of ${whose} agree to a second.`);
  }
  const seconds = (Math.abs(aheadMs) / 1_000).toFixed(1);
  const direction = aheadMs > 0 ? "ahead of" : "behind";
  const message = `The clock of ${whose} is ${seconds} s ${direction} that of this machine.`;
  return (Math.abs(aheadMs) < limitMs ? warning : fault)("clock", message, remedy);
}

/** How far the other clock is ahead of ours, at least: the answer may have taken all of its time either way. */
function differenceMs({ askedAtMs, timeMs, answeredAtMs }: ClockReading): number {
  if (timeMs > answeredAtMs) return timeMs - answeredAtMs;
  return Math.min(0, timeMs - askedAtMs);
}
