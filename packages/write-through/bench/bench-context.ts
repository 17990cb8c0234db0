/** The servers that benchmarks run on, and whoever waits for them. */
export interface BenchContext {
  readonly redisUrl: string;
  /** An empty database of its own; it goes with its server. */
  createDatabase(): Promise<string>;
  readonly isShort: boolean;
  progress(done: number, total: number): void;
}
