import { useSyncExternalStore } from "react";
import { useProvided } from "./provider.ts";
import { stepUpOf, type PendingStepUp } from "./step-up.ts";

/** What {@link useStepUp} returns. The functions are the same at each render. */
export interface StepUpControls {
  /** Set while calls wait for the password: show a dialog then. */
  readonly pending: PendingStepUp | undefined;
  /**
   * Makes a call. One that is refused with `insufficient_user_authentication` waits, and is made once
   * more when the password was confirmed; it has not run before, for the server checks that first.
   * Rejects with the refusal when the user cancels, signs out, or is another one by then.
   */
  readonly run: <T>(call: () => Promise<T>) => Promise<T>;
  /** Enters the password, for all calls that wait. Never rejects: see `pending.error`. */
  readonly confirm: (password: string) => Promise<void>;
  /** Refuses all calls that wait. */
  readonly cancel: () => void;
}

/**
 * For calls that the server takes only shortly after the password was entered, such as
 * `auth.account.remove`. All calls of a client share one dialog; show it in one place, or the calls
 * wait without end.
 *
 * @example
 * ```tsx setup=react-client
 * import { useStepUp } from "@portcullis/react";
 *
 * function RemoveAccount() {
 *   const { run } = useStepUp();
 *   return <button onClick={() => void run(() => client.api.auth.account.remove.mutate())}>Remove</button>;
 * }
 *
 * function PasswordDialog() {
 *   const { pending, confirm, cancel } = useStepUp();
 *   if (pending === undefined) return null;
 *   return (
 *     <form
 *       onSubmit={(event) => {
 *         event.preventDefault();
 *         void confirm(String(new FormData(event.currentTarget).get("password")));
 *       }}
 *     >
 *       <input name="password" type="password" autoComplete="current-password" />
 *       {pending.error !== undefined && <p role="alert">That did not work.</p>}
 *       <button disabled={pending.isConfirming}>Confirm</button>
 *       <button type="button" onClick={cancel}>Cancel</button>
 *     </form>
 *   );
 * }
 * ```
 */
export function useStepUp(): StepUpControls {
  const { run, confirm, cancel, subscribe, getSnapshot } = stepUpOf(useProvided().client);
  const pending = useSyncExternalStore(subscribe, getSnapshot, () => undefined);
  return { pending, run, confirm, cancel };
}
