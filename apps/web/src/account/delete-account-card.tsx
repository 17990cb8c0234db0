import { isPortcullisError } from "@portcullis/client";
import { useStepUp } from "@portcullis/react";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { client } from "../client.ts";
import { errorText } from "../forms/error-text.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Dialog, DialogActions } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { showToast } from "../ui/show-toast.ts";
import "../forms/form.css";

export function DeleteAccountCard({ email }: { readonly email: string }): ReactNode {
  const { run } = useStepUp();
  const navigate = useNavigate();
  const [isAsking, setIsAsking] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function remove(): Promise<void> {
    // Closed before the password is asked for: one question at a time.
    setIsAsking(false);
    setIsBusy(true);
    setProblem(undefined);
    try {
      await run(() => client.api.auth.account.remove.mutate());
      showToast("Your account is deleted.");
      await navigate({ to: "/" });
    } catch (error) {
      setProblem(refusalText(error));
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <Card
      title="Delete account"
      lead="Every device is signed out, and your account is gone for good. Your posts stay, without your name."
      tone="bad"
    >
      {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
      <Button isBusy={isBusy} onClick={() => setIsAsking(true)}>
        Delete my account…
      </Button>
      <DeleteDialog
        email={email}
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        onConfirm={() => void remove()}
      />
    </Card>
  );
}

function DeleteDialog({
  email,
  isOpen,
  onClose,
  onConfirm,
}: {
  readonly email: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}): ReactNode {
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string>();
  const forget = (): void => {
    setTyped("");
    setProblem(undefined);
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={() => {
        forget();
        onClose();
      }}
      title="Delete your account?"
      lead={
        <>
          This cannot be undone. To go on, type your email: <strong>{email}</strong>
        </>
      }
    >
      <form
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim().toLowerCase() !== email) {
            setProblem("This is not the email of your account.");
            return;
          }
          forget();
          onConfirm();
        }}
      >
        <TextField
          label="Your email"
          type="email"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          problem={problem}
        />
        <DialogActions>
          <Button
            variant="quiet"
            onClick={() => {
              forget();
              onClose();
            }}
          >
            Cancel
          </Button>
          <Button variant="danger" type="submit">
            Delete account
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function refusalText(error: unknown): string {
  if (isPortcullisError(error)) {
    if (error.data.reason === "permission_denied") {
      return "You are the only admin. Make somebody else one first.";
    }
    if (error.data.reason === "insufficient_user_authentication") {
      return "Nothing was deleted: it takes your password.";
    }
  }
  return errorText(error);
}
