import { useStepUp } from "@portcullis/react";
import { useState, type ReactNode } from "react";
import { errorText } from "../forms/error-text.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogActions } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import "../forms/form.css";

/** Asks for the password again, for calls that the server takes only shortly after one was entered. */
export default function StepUpDialog(): ReactNode {
  const { pending, confirm, cancel } = useStepUp();
  const [password, setPassword] = useState("");
  const wait = pending?.retryAfterSeconds;
  const close = (): void => {
    setPassword("");
    cancel();
  };
  return (
    <Dialog
      isOpen={pending !== undefined}
      onClose={close}
      title="Enter your password again"
      lead="What you are about to do needs a password that was entered in the last minutes."
    >
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void confirm(password).then(() => setPassword(""));
        }}
      >
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          problem={
            pending?.error === undefined
              ? undefined
              : wait === undefined
                ? errorText(pending.error).replace("Email or password", "The password")
                : `Too many tries. The next one counts in ${wait} s.`
          }
        />
        <DialogActions>
          <Button variant="quiet" onClick={close}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" isBusy={pending?.isConfirming === true}>
            Continue
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
