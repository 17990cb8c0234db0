import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import "./form.css";

/** A form, with what went wrong above the button that sends it. */
export function Form({
  onSubmit,
  action,
  isMain = true,
  isBusy,
  problem,
  children,
  more,
}: {
  readonly onSubmit: (event: React.FormEvent) => void;
  /** What the button says. */
  readonly action: string;
  /** Whether it is what the page is for; of several forms at most one. */
  readonly isMain?: boolean;
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  readonly children: ReactNode;
  /** More beside the button. */
  readonly more?: ReactNode;
}): ReactNode {
  return (
    // The messages of the schemas are better than the browser's, and are read out too.
    <form className="form" noValidate onSubmit={onSubmit}>
      {children}
      {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
      <div className="form__actions">
        <Button variant={isMain ? "primary" : "secondary"} type="submit" isBusy={isBusy}>
          {action}
        </Button>
        {more}
      </div>
    </form>
  );
}
