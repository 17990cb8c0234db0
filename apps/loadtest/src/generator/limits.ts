/** The bounds of a load. */
export interface Limits {
  /** From the moment at which a request was due, or in a closed loop from when it was handed on. */
  readonly requestTimeoutMs: number;
  /** How many may be due and wait for a connection; who comes then is dropped. */
  readonly mostWaiting: number;
  readonly leastReconnectPauseMs: number;
  readonly mostReconnectPauseMs: number;
}

export const usualLimits: Limits = {
  requestTimeoutMs: 10_000,
  mostWaiting: 50_000,
  leastReconnectPauseMs: 100,
  mostReconnectPauseMs: 2000,
};
