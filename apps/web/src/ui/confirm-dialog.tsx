import { useState, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { Dialog, DialogActions } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { Notice } from "./notice.tsx";

interface Question {
  readonly onClose: () => void;
  /** What the button says: the act itself, "Delete post" for instance. */
  readonly action: string;
  readonly isBusy: boolean;
  readonly problem?: string | undefined;
  /** Words to type before, where the act reaches far. */
  readonly mustType?: string;
  readonly onConfirm: () => void;
}

/** Asks before what cannot be undone. It stays open while that is under way, and when it fails. */
export function ConfirmDialog({
  isOpen,
  title,
  lead,
  ...question
}: Question & {
  readonly isOpen: boolean;
  readonly title: string;
  readonly lead: ReactNode;
}): ReactNode {
  return (
    <Dialog isOpen={isOpen} onClose={question.onClose} title={title} lead={lead}>
      <Answer {...question} />
    </Dialog>
  );
}

function Answer({ onClose, action, isBusy, problem, mustType, onConfirm }: Question): ReactNode {
  const [typed, setTyped] = useState("");
  const [isMistyped, setMistyped] = useState(false);
  return (
    <form
      className="dialog__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (mustType === undefined || typed.trim() === mustType) onConfirm();
        else setMistyped(true);
      }}
    >
      {mustType !== undefined && (
        <TextField
          label={`Type “${mustType}” to go on`}
          autoComplete="off"
          value={typed}
          problem={isMistyped ? "These are other words." : undefined}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setMistyped(false);
          }}
        />
      )}
      {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button variant="danger" type="submit" isBusy={isBusy}>
          {action}
        </Button>
      </DialogActions>
    </form>
  );
}
