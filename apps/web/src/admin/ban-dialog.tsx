import type { UserSummary } from "@portcullis/server";
import { createBanInput } from "@portcullis/server/inputs";
import type { ReactNode } from "react";
import type { z } from "zod";
import { client } from "../client.ts";
import { fieldProps, useAppForm } from "../forms/use-app-form.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogActions } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import { Notice } from "../ui/notice.tsx";
import { showToast } from "../ui/show-toast.ts";
import { refusalText } from "./refusal-text.ts";
import { useAdminCall } from "./use-admin-act.ts";
import "../forms/form.css";

const banInput = createBanInput(Date.now).omit({ userId: true });

export function BanDialog({
  user,
  isOpen,
  onClose,
}: {
  readonly user: UserSummary;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={`Ban ${user.name}?`}
      lead="When this returns, no server accepts a token of any of their devices."
    >
      <BanForm user={user} onClose={onClose} />
    </Dialog>
  );
}

function BanForm({
  user,
  onClose,
}: {
  readonly user: UserSummary;
  readonly onClose: () => void;
}): ReactNode {
  const perform = useAdminCall();
  const { form, onSubmit, isBusy, problem } = useAppForm<z.input<typeof banInput>>({
    schema: banInput,
    defaultValues: { reason: "" },
    async submit(ban) {
      await perform(() => client.api.auth.admin.users.ban.mutate({ userId: user.id, ...ban }));
      onClose();
      showToast(`${user.name} is banned.`);
    },
    textOf: refusalText,
  });
  return (
    <form className="form" noValidate onSubmit={onSubmit}>
      <TextField
        label="Reason"
        hint="For the audit log and other admins. The user is not told."
        autoComplete="off"
        {...fieldProps(form, "reason")}
      />
      <TextField
        label="Until"
        type="datetime-local"
        hint="In your time. Leave it empty for a ban that ends only when it is lifted."
        {...fieldProps(form, "expiresAt")}
        {...form.register("expiresAt", { setValueAs: toUtc })}
      />
      {problem !== undefined && <Notice tone="bad">{problem}</Notice>}
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button variant="danger" type="submit" isBusy={isBusy}>
          Ban
        </Button>
      </DialogActions>
    </form>
  );
}

/** The field has a time without a zone; the server takes UTC. */
function toUtc(local: string | undefined): string | undefined {
  return local === undefined || local === "" ? undefined : new Date(local).toISOString();
}
