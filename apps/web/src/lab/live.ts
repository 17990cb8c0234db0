import type { LabDevice } from "./device.ts";

/** What became of a device's live subscription. */
export interface LiveFacts {
  readonly device: number;
  readonly status: "open" | "ended";
  readonly events: number;
  /** Of `performance.now()`. */
  readonly endedMs: number | undefined;
}

/** Subscribes, and tells of every change until the signal. */
export function openLive(
  device: LabDevice,
  signal: AbortSignal,
  onChange: (facts: LiveFacts) => void,
): void {
  let events = 0;
  const tell = (status: LiveFacts["status"], endedMs?: number): void => {
    if (!signal.aborted) onChange({ device: device.number, status, events, endedMs });
  };
  const end = (): void => tell("ended", performance.now());
  const subscription = device.api.lab.live.subscribe(undefined, {
    onData() {
      events += 1;
      tell("open");
    },
    onError: end,
    onComplete: end,
  });
  signal.addEventListener("abort", () => subscription.unsubscribe());
}
