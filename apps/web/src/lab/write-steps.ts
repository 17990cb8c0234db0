/** A step of a write, as the server's trace has it. */
export interface WriteStep {
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
}

const sentences: Readonly<Record<string, string>> = {
  settle: "Waits until no process could still use a cache of an earlier epoch.",
  begin: "Opens a transaction in Postgres and takes the lock by which others see that it is alive.",
  fence:
    "Takes the rows out of service in the shared store (Redis), and tells every process to forget them.",
  hold: "Makes sure in Postgres that the epoch and the list of processes stay as they are.",
  drain: "Waits until every other process has said that it keeps the old rows no more.",
  statements: "Raises the token version of the user and notes the log-out, in the transaction.",
  commit: "Makes the change durable in Postgres: from here on the tokens are revoked.",
  publish: "Puts the new rows into the shared store, and ends the fence.",
  rollback: "Takes an attempt back that something came in the way of.",
  unfence: "Puts the rows into service again after such an attempt.",
  evict: "Takes processes that do not answer off the list, and waits until they believe nothing.",
  renew: "Asks Postgres anew which epoch it is.",
  adopt: "Asks Postgres, and looks for a Redis that can be trusted.",
  read: "Asks Redis whether it answers.",
  bypass: "Goes on without Redis: from now on every check asks Postgres.",
};

/** What a step is for, in one sentence. */
export function purposeOf(step: string): string {
  return sentences[step] ?? "A step that this page does not know.";
}

/** A part of the bar that shows a write: in percent of its length. */
export interface BarPart {
  readonly name: string;
  readonly startPercent: number;
  readonly widthPercent: number;
  readonly durationMs: number;
}

export function barParts(steps: readonly WriteStep[], totalMs: number): BarPart[] {
  const percent = (ms: number): number => (totalMs > 0 ? Math.min(100, (100 * ms) / totalMs) : 0);
  return steps.map(({ name, startMs, durationMs }) => ({
    name,
    startPercent: percent(startMs),
    widthPercent: percent(durationMs),
    durationMs,
  }));
}
