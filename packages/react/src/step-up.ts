import { isPortcullisError, type PortcullisSession } from "@portcullis/client";
import type { ReactClient } from "./client.ts";

/** A call waits for the password to be entered again. */
export interface PendingStepUp {
  /** Whether the server is being asked about a password. */
  readonly isConfirming: boolean;
  /** Why the last password was not taken: `invalid_credentials` for a wrong one. */
  readonly error: unknown;
  /** Seconds until the server takes another password; absent when it would take one now. */
  readonly retryAfterSeconds: number | undefined;
}

/** The dialog that all calls of a client share, and what runs in it. */
export interface StepUp {
  readonly getSnapshot: () => PendingStepUp | undefined;
  readonly subscribe: (listener: () => void) => () => void;
  readonly run: <T>(call: () => Promise<T>) => Promise<T>;
  readonly confirm: (password: string) => Promise<void>;
  readonly cancel: () => void;
}

/** Of one user: it ends when somebody else is signed in, or nobody. */
interface Dialog {
  readonly isConfirmed: Promise<boolean>;
  close(isConfirmed: boolean): void;
}

const stepUps = new WeakMap<ReactClient, StepUp>();

/** It belongs to the client and not to a component: calls wait on while pages come and go. */
export function stepUpOf(client: ReactClient): StepUp {
  const known = stepUps.get(client);
  if (known !== undefined) return known;
  const made = createStepUp(client);
  stepUps.set(client, made);
  return made;
}

function createStepUp({ api, session }: ReactClient): StepUp {
  const listeners = new Set<() => void>();
  let dialog: Dialog | undefined;
  let shown: PendingStepUp | undefined;
  let confirmations = 0;

  function show(next: PendingStepUp | undefined): void {
    shown = next;
    for (const listener of listeners) listener();
  }

  function open(userId: string): Dialog {
    const { promise: isConfirmed, resolve } = Promise.withResolvers<boolean>();
    const unsubscribe = session.subscribe(() => {
      if (userIdOf(session) !== userId) opened.close(false);
    });
    const opened: Dialog = {
      isConfirmed,
      close(confirmed) {
        unsubscribe();
        dialog = undefined;
        resolve(confirmed);
        show(undefined);
      },
    };
    show(waiting);
    return opened;
  }

  return {
    getSnapshot: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },

    async run(call) {
      const confirmationsBefore = confirmations;
      const caller = watchCaller(session);
      try {
        return await call();
      } catch (refusal) {
        const userId = caller.userId();
        if (!isStepUpRefusal(refusal) || userId === undefined || userIdOf(session) !== userId) {
          throw refusal;
        }
        if (confirmations === confirmationsBefore) {
          dialog ??= open(userId);
          if (!(await dialog.isConfirmed)) throw refusal;
        }
      } finally {
        caller.stop();
      }
      return call();
    },

    async confirm(password) {
      const asking = dialog;
      if (asking === undefined || shown?.isConfirming === true) return;
      show({ ...waiting, isConfirming: true });
      try {
        await api.auth.confirm.mutate({ password });
      } catch (error) {
        if (dialog === asking) {
          show({ ...waiting, error, retryAfterSeconds: retryAfterSeconds(error) });
        }
        return;
      }
      confirmations += 1;
      if (dialog === asking) asking.close(true);
    },

    cancel: () => dialog?.close(false),
  };
}

const waiting: PendingStepUp = {
  isConfirming: false,
  error: undefined,
  retryAfterSeconds: undefined,
};

/**
 * Who makes a call that begins now: who is signed in, or whom the session is restored to. A second
 * try must be by nobody else.
 */
function watchCaller(session: PortcullisSession): {
  readonly userId: () => string | undefined;
  readonly stop: () => void;
} {
  let userId = userIdOf(session);
  const stop = session.subscribe(() => {
    userId ??= userIdOf(session);
  });
  return { userId: () => userId, stop };
}

function userIdOf({ getSnapshot }: PortcullisSession): string | undefined {
  const snapshot = getSnapshot();
  return snapshot.status === "signedIn" ? snapshot.user.id : undefined;
}

function isStepUpRefusal(error: unknown): boolean {
  return isPortcullisError(error) && error.data.reason === "insufficient_user_authentication";
}

function retryAfterSeconds(error: unknown): number | undefined {
  return isPortcullisError(error) && error.data.reason === "rate_limited"
    ? error.data.retryAfterSeconds
    : undefined;
}
