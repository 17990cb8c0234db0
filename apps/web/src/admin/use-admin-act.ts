import { useStepUp } from "@portcullis/react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { trpc } from "../client.ts";
import { showToast } from "../ui/show-toast.ts";
import { refusalText } from "./refusal-text.ts";

/** Something that an admin does to a user, in a dialog that asks before. */
export interface AdminAct {
  readonly isOpen: boolean;
  readonly isBusy: boolean;
  /** Why it was refused. */
  readonly problem: string | undefined;
  readonly open: () => void;
  readonly close: () => void;
  readonly confirm: () => void;
}

/** @param done What is said when `call` has returned. */
export function useAdminAct(call: () => Promise<unknown>, done: string): AdminAct {
  const perform = useAdminCall();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function act(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await perform(call);
      setOpen(false);
      showToast(done);
    } catch (error) {
      setProblem(refusalText(error));
    } finally {
      setBusy(false);
    }
  }

  return {
    isOpen,
    isBusy,
    problem,
    open: () => {
      setProblem(undefined);
      setOpen(true);
    },
    close: () => setOpen(false),
    confirm: () => void act(),
  };
}

/** Makes a call that asks for the password if need be; whatever admins see is read again afterwards. */
export function useAdminCall(): <Result>(call: () => Promise<Result>) => Promise<Result> {
  const { run } = useStepUp();
  const queries = useQueryClient();
  return async (call) => {
    try {
      return await run(call);
    } finally {
      // Also when it was refused: what made it so may be new, and what is unknown has to be looked at.
      void queries.invalidateQueries(trpc.auth.admin.pathFilter());
    }
  };
}
