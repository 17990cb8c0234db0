import { useState, type ReactNode } from "react";
import { problemOf } from "./problem.ts";

/** A form whose fields go to a call, with what came of it below. */
export function Form({
  submit,
  action,
  children,
}: {
  readonly submit: (fields: Record<string, string>) => Promise<string | undefined>;
  readonly action: string;
  readonly children: ReactNode;
}): ReactNode {
  const [outcome, setOutcome] = useState<{ done?: string | undefined; problem?: string }>({});
  const [isBusy, setIsBusy] = useState(false);

  const onSubmit = async (form: HTMLFormElement): Promise<void> => {
    const fields = Object.fromEntries(
      Array.from(new FormData(form), ([name, value]) => [name, String(value)]),
    );
    setIsBusy(true);
    try {
      setOutcome({ done: await submit(fields) });
    } catch (error) {
      setOutcome({ problem: problemOf(error) });
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit(event.currentTarget);
      }}
    >
      {children}
      <button disabled={isBusy}>{action}</button>
      {outcome.problem !== undefined && <p role="alert">{outcome.problem}</p>}
      {outcome.done !== undefined && <p role="status">{outcome.done}</p>}
    </form>
  );
}
