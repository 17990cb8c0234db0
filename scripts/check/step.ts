/** One command of a step. */
export interface Command {
  /** A program of node_modules/.bin or of the PATH. */
  program: string;
  args: readonly string[];
  /** Default: the root of the repository. */
  cwd?: string;
  /** Shown while it runs, because it takes long. Default: collected, and shown when it fails. */
  isLive?: boolean;
}

/** What became of a step. A step is one check, except the tests, which count one by one. */
export interface StepOutcome {
  passed: number;
  failed: number;
  /** A few words for the line of a step, such as how many tests ran. */
  note?: string;
  /** What a reader needs to repair it. */
  output: string;
}

/** One check. */
export interface Step {
  name: string;
  run(): Promise<StepOutcome>;
}
