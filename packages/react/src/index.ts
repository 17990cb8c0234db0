"use client";

export type { AuthCalls, ReactClient } from "./client.ts";
export {
  Restoring,
  type RestoringProps,
  SignedIn,
  type SignedInProps,
  SignedOut,
  type SignedOutProps,
} from "./gates.ts";
export { PortcullisProvider, type PortcullisProviderProps } from "./provider.ts";
export type { PendingStepUp } from "./step-up.ts";
export {
  NotSignedInError,
  type RestoredSession,
  useRestoredSession,
  useSession,
  useSignedInUser,
  useUser,
} from "./use-session.ts";
export { type Sessions, useSessions } from "./use-sessions.ts";
export { type StepUpControls, useStepUp } from "./use-step-up.ts";
