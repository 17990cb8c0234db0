import type { Finding, GoalResult, LoadRun, ScenarioResult } from "../results.ts";
import type { Stage } from "../stage/stage.ts";
import type { Wanted } from "./goals.ts";

/** Something that is done to the service while it is measured. */
export interface Scenario {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** What is done, in one or two sentences. */
  readonly what: string;
  /** Default: as many as the command line says, from the start. */
  readonly nodes?: { readonly first: number; readonly most: number };
  /** Too long to be part of a run in which nobody has named it. */
  readonly isOnlyByName?: boolean;
  readonly run: (stage: Stage, context: ScenarioContext) => Promise<void>;
  /** For a service that is there already; undefined where an account of it is not enough. */
  readonly runElsewhere?: (service: ServiceElsewhere, context: ScenarioContext) => Promise<void>;
  /** Of `runElsewhere`. */
  readonly elsewhereNeedsAccount?: boolean;
}

/** A running service of which nothing is known but an account. */
export interface ServiceElsewhere {
  /** Logs in; `undefined` when no account was given. */
  readonly logIn: (() => Promise<string>) | undefined;
}

/** How a scenario measures, and where it says what it has found. */
export interface ScenarioContext {
  readonly options: LoadOptions;
  readonly signal: AbortSignal;
  readonly load: (load: Load) => Promise<MeasuredLoad>;
  readonly say: (what: string) => void;
  readonly find: (tone: Finding["tone"], text: string) => void;
  /** The service has done what it promises never to do: the whole run fails. */
  readonly findBrokenPromise: (text: string) => void;
  readonly judge: (wanted: Wanted, rounds: readonly number[]) => void;
  readonly leaveUnmeasured: (wanted: Pick<Wanted, "goal" | "wanted">, why: string) => void;
}

/** What the person at the command line may set. */
export interface LoadOptions {
  /** Undefined: each scenario's own. */
  readonly seconds: number | undefined;
  /** Of open loops, in requests per second. Undefined: half of what a closed loop came to. */
  readonly rate: number | undefined;
  readonly connections: number | undefined;
  readonly isShort: boolean;
  /** Somebody asked for this scenario by its name. */
  readonly isNamed: boolean;
}

/** One load of a scenario. */
export interface Load {
  readonly label: string;
  /** Of the module with `createSource`. */
  readonly source: URL;
  readonly settings: unknown;
  /** `closed`, or requests per second. */
  readonly loop: "closed" | number;
  /** Default 32. */
  readonly connections?: number;
  /** Default 10. */
  readonly seconds?: number;
}

export interface MeasuredLoad {
  readonly run: LoadRun;
  /** Of the load's source. */
  readonly report: unknown;
}

/** What a scenario has come to, so far if it was cut short. */
export interface ScenarioOutcome {
  readonly result: ScenarioResult;
  readonly goals: readonly GoalResult[];
  readonly hasBrokenPromise: boolean;
}
