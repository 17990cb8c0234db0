import { useId, type ComponentProps, type ReactNode } from "react";
import "./field.css";

interface FieldFrame {
  readonly label: string;
  readonly hint?: ReactNode;
  /** Why the value is refused: a sentence, read out with the field. */
  readonly problem?: string | undefined;
}

type Described = Pick<
  ComponentProps<"input">,
  "id" | "aria-describedby" | "aria-invalid" | "aria-errormessage"
>;

function Frame({
  label,
  hint,
  problem,
  children,
}: FieldFrame & { readonly children: (described: Described) => ReactNode }): ReactNode {
  const id = useId();
  const hintId = `${id}-hint`;
  const problemId = `${id}-problem`;
  const describedBy = [hint !== undefined && hintId, problem !== undefined && problemId]
    .filter(Boolean)
    .join(" ");
  return (
    <div className="field">
      <label className="field__label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        ...(describedBy !== "" && { "aria-describedby": describedBy }),
        ...(problem !== undefined && { "aria-invalid": true }),
      })}
      {hint !== undefined && (
        <div className="field__hint" id={hintId}>
          {hint}
        </div>
      )}
      <div className="field__message" id={problemId} aria-live="polite">
        {problem}
      </div>
    </div>
  );
}

export function TextField({
  label,
  hint,
  problem,
  ...input
}: FieldFrame & Omit<ComponentProps<"input">, "id" | "className">): ReactNode {
  return (
    <Frame label={label} hint={hint} problem={problem}>
      {(described) => <input className="field__control" {...input} {...described} />}
    </Frame>
  );
}

export function TextArea({
  label,
  hint,
  problem,
  ...textarea
}: FieldFrame & Omit<ComponentProps<"textarea">, "id" | "className">): ReactNode {
  return (
    <Frame label={label} hint={hint} problem={problem}>
      {(described) => <textarea className="field__control" {...textarea} {...described} />}
    </Frame>
  );
}

export function SelectField({
  label,
  hint,
  problem,
  ...select
}: FieldFrame & Omit<ComponentProps<"select">, "id" | "className">): ReactNode {
  return (
    <Frame label={label} hint={hint} problem={problem}>
      {(described) => <select className="field__control" {...select} {...described} />}
    </Frame>
  );
}
