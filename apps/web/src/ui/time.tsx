import type { ReactNode } from "react";

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const minute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const units = [
  ["minute", 60],
  ["hour", 60 * 60],
  ["day", 24 * 60 * 60],
] as const;
const monthSeconds = 30 * 24 * 60 * 60;

/** When something happened, as one says it: the exact time is in its tip. */
export function Time({ at }: { readonly at: string }): ReactNode {
  const time = new Date(at);
  return (
    <time dateTime={at} title={full.format(time)}>
      {sayWhen(time, Date.now())}
    </time>
  );
}

/** The day and the time of day. */
export function sayExactly(time: Date): string {
  return minute.format(time);
}

function sayWhen(time: Date, nowMs: number): string {
  const seconds = Math.round((time.getTime() - nowMs) / 1000);
  const distance = Math.abs(seconds);
  if (distance < 45) return "just now";
  if (distance >= monthSeconds) return day.format(time);
  const [unit, length] = units.findLast(([, least]) => distance >= least * 0.75) ?? units[0];
  return relative.format(Math.round(seconds / length), unit);
}
