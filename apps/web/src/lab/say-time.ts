const minus = "−";

/** A time before or after zero, as exact as it is near: `+12.3 ms`, `−1.25 s`, `+2:05 min`. */
export function sayOffset(ms: number): string {
  return `${ms < 0 ? minus : "+"}${sayDuration(Math.abs(ms))}`;
}

/** `12.3 ms`, `340 ms`, `1.25 s`, `2:05 min`. */
export function sayDuration(ms: number): string {
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  if (ms < 59_995) return `${(ms / 1_000).toFixed(2)} s`;
  return `${sayClock(ms)} min`;
}

/** Minutes and seconds: `0:42`. */
export function sayClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
