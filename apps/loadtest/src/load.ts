import type { LoadRun } from "./results.ts";

/** One HTTP request of a load. Bodies are small: a request is sent whole. */
export interface LoadRequest {
  /** The name of its kind where a load has several: `read`, `login`. */
  readonly kind: string;
  readonly method: "GET" | "POST";
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Looks at the answer. Undefined: it is as it should be; else what is wrong with it in a word or two,
   * which never holds anything secret. An empty word stands for its status.
   */
  readonly judge: (answer: LoadAnswer) => string | undefined;
}

export interface LoadAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** When the request was handed to its connection, and when its answer was whole: `performance.now()`. */
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

/** Where the requests of a load come from. It may go by what it has learnt from answers. */
export interface RequestSource {
  /** The next one. Called once for each request, just before it is sent. */
  readonly next: () => LoadRequest;
  /** What it has to say at the end: sent back as JSON. */
  readonly report?: () => unknown;
}

/**
 * What a module of a load exports as `createSource`; it is called in the process of the generator,
 * with the settings as they went through JSON.
 */
export type CreateSource<Settings> = (settings: Settings) => RequestSource | Promise<RequestSource>;

export interface LoadPlan {
  readonly label: string;
  /** The file URL of a module that exports `createSource`. */
  readonly source: string;
  readonly settings: unknown;
  /** Origins of the nodes; connections are spread evenly over them. */
  readonly targets: readonly string[];
  readonly connections: number;
  readonly loop:
    | { readonly kind: "closed" }
    | { readonly kind: "open"; readonly requestsPerSecond: number };
  readonly seconds: number;
  /** Before it counts. */
  readonly warmUpSeconds: number;
}

/** What came of a plan; `report` is the source's own. The cost is added by who started the nodes. */
export interface LoadOutcome {
  readonly run: Omit<LoadRun, "cost">;
  readonly report: unknown;
}
