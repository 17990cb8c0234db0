/**
 * What a node tells the driver, one line of JSON each. Times are milliseconds since the origin of
 * the run on the monotonic clock, which all processes of a machine share; rounding them keeps their
 * order.
 */
export type NodeReport =
  | { readonly kind: "ready" }
  | ReadReport
  | {
      readonly kind: "read_failed";
      readonly startMs: number;
      readonly endMs: number;
      readonly reason: string;
    }
  | PreparedReport
  | WriteReport
  /** The cache said that something happened to it. */
  | { readonly kind: "event"; readonly name: string; readonly atMs: number; readonly why?: string }
  | { readonly kind: "client_ended"; readonly client: string }
  | AuditReport;

/** Versions of rows, by their ids. */
export type Versions = Readonly<Record<string, number>>;

/** All rows were read at once, or could not be. */
export interface AuditReport {
  readonly kind: "audited";
  readonly versions?: Versions;
  /** Did every row come from a cache? Told when it is counted. */
  readonly isCached?: boolean;
}

export interface ReadReport {
  readonly kind: "read";
  readonly startMs: number;
  readonly endMs: number;
  readonly versions: Versions;
}

/**
 * A write has changed its rows in its transaction. The driver has this report before COMMIT can be
 * sent, so that a process that is killed leaves no version that nobody announced.
 */
export interface PreparedReport {
  readonly kind: "prepared";
  readonly write: number;
  readonly atMs: number;
  readonly versions: Versions;
}

export interface WriteReport {
  readonly kind: "write";
  readonly write: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: WriteOutcome;
  readonly reason?: string;
}

/** Refused: surely nothing was changed. */
export type WriteOutcome = "committed" | "unknown" | "refused";

/** What the driver tells a node, one word a line. The end of the input ends the node. */
export type NodeCommand = "stop" | "audit";

/** What a node is started with, as JSON in its only argument. */
export interface NodeSettings {
  readonly cache: CacheKind;
  readonly postgresUrl: string;
  readonly redisUrl: string;
  /** When the run's time began: `process.hrtime.bigint()` of the driver, in decimal. */
  readonly originNs: string;
  readonly ids: readonly string[];
}

/** The cache of this package, or the counter-example that must be caught. */
export type CacheKind = "write-through" | "naive";
