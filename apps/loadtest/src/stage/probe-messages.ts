/** Asks for what happened since the last question. */
export interface ProbeQuestion {
  /** Returned with the answer. */
  readonly probe: number;
}

export interface ProbeAnswer {
  readonly probe: number;
  /** Of the whole process, all its threads, since it began. */
  readonly cpuMicros: number;
  readonly memoryBytes: number;
  /** Since the last question: how late timers were. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export function isProbeQuestion(message: unknown): message is ProbeQuestion {
  return typeof message === "object" && message !== null && "probe" in message;
}
