import type { LoadPlan } from "../load.ts";
import type { GeneratedLoad, LoadProgress } from "./generate-load.ts";

/** What the process of the generator is told. */
export type ToGenerator =
  | { readonly kind: "start"; readonly plan: LoadPlan }
  | { readonly kind: "abort" };

/** What it tells. */
export type FromGenerator =
  /** The source is there: the load begins. */
  | { readonly kind: "started" }
  | { readonly kind: "progress"; readonly progress: LoadProgress }
  | ({ readonly kind: "ended" } & GeneratedLoad)
  | { readonly kind: "failed"; readonly why: string };
