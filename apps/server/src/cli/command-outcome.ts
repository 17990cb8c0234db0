/** What came of a command. */
export type CommandOutcome =
  | {
      readonly kind: "done";
      /** For `--json`: printed as it is. */
      readonly data: object;
      /** For people. */
      readonly lines: readonly string[];
      readonly exitCode: 0 | 1;
    }
  | Refusal;

export interface Refusal {
  readonly kind: "refused";
  /** Stable, for scripts. */
  readonly code: string;
  /** Says what is so and what to do. Never quotes a secret. */
  readonly message: string;
  readonly exitCode: 1 | 2;
}

export function done(data: object, lines: readonly string[]): CommandOutcome {
  return { kind: "done", data, lines, exitCode: 0 };
}

/** It could not be done as it was asked for. */
export function failed(code: string, message: string): Refusal {
  return { kind: "refused", code, message, exitCode: 1 };
}

/** It was not tried: the command was wrong, or nobody confirmed it. */
export function notTried(
  code: "input_invalid" | "not_confirmed" | "usage",
  message: string,
): Refusal {
  return { kind: "refused", code, message, exitCode: 2 };
}
