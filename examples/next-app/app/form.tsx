"use client";

import {
  createContext,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
  type ComponentProps,
  type ReactNode,
} from "react";
import { problemOf, type Problem } from "../lib/problem.ts";

const noProblem: Problem = { fields: {} };
const ProblemContext = createContext(noProblem);

/** A form whose fields go to a call. It is emptied when the call was taken. */
export function Form({
  submit,
  action,
  children,
}: {
  readonly submit: (fields: Record<string, string>) => Promise<unknown>;
  readonly action: string;
  readonly children: ReactNode;
}): ReactNode {
  const form = useRef<HTMLFormElement>(null);
  const [problem, setProblem] = useState(noProblem);
  const [isBusy, setIsBusy] = useState(false);

  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [problem]);

  const onSubmit = async (element: HTMLFormElement): Promise<void> => {
    const entries = Array.from(new FormData(element), ([name, value]) => [name, String(value)]);
    setIsBusy(true);
    try {
      await submit(Object.fromEntries(entries));
      setProblem(noProblem);
      element.reset();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <form
      ref={form}
      aria-label={action}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void onSubmit(event.currentTarget);
      }}
    >
      <ProblemContext value={problem}>{children}</ProblemContext>
      {problem.text !== undefined && (
        <p role="alert" className="problem">
          {problem.text}
        </p>
      )}
      {/* A disabled button would lose the focus. */}
      <button aria-disabled={isBusy}>{action}</button>
    </form>
  );
}

/** What is wrong with it takes the place of the hint. */
export function Field({
  label,
  hint,
  name,
  ...input
}: ComponentProps<"input"> & {
  readonly label: string;
  readonly hint?: string;
  readonly name: string;
}): ReactNode {
  const id = useId();
  const problem = useContext(ProblemContext).fields[name];
  const note = problem ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        required
        aria-invalid={problem !== undefined}
        aria-describedby={note && `${id}-note`}
        {...input}
      />
      {note !== undefined && (
        <p id={`${id}-note`} className={problem === undefined ? "hint" : "hint problem"}>
          {note}
        </p>
      )}
    </div>
  );
}
