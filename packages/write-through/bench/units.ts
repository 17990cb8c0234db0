/** A time as `85 ns`, `1.24 us` or `3.05 ms`. */
export function time(ns: number): string {
  if (ns < 1000) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${(ns / 1000).toPrecision(3)} us`;
  return `${(ns / 1e6).toPrecision(3)} ms`;
}

export function amount(value: number, unit: "ns" | "bytes"): string {
  return unit === "ns" ? time(value) : `${value.toFixed(0)} bytes`;
}

export function factor(ratio: number): string {
  return `${ratio.toFixed(2)}x`;
}
