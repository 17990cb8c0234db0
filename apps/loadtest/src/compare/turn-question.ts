import type { TurnTarget } from "./turn.ts";

/** What the process that sends requests is told, one thing at a time. */
export type TurnQuestion =
  | { readonly kind: "open"; readonly target: TurnTarget; readonly connections: number }
  | { readonly kind: "send"; readonly requests: number }
  | { readonly kind: "close" };
