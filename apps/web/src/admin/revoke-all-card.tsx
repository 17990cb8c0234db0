import type { ReactNode } from "react";
import { client } from "../client.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { useAdminAct } from "./use-admin-act.ts";

export function RevokeAllCard(): ReactNode {
  const { isOpen, isBusy, problem, open, close, confirm } = useAdminAct(
    () => client.api.auth.admin.revokeAllTokens.mutate(),
    "Every token there was is revoked. Please sign in again.",
  );
  return (
    <Card
      title="Revoke every token there is"
      tone="bad"
      lead="For the day on which a key or a backup was stolen. It ends every session of every user, yours too."
    >
      <Button variant="danger" onClick={open}>
        Revoke every token
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={close}
        title="Revoke every token there is?"
        lead="Everybody is signed out at once, on every device, and has to sign in again. There is no way back."
        action="Revoke every token"
        mustType="revoke every token"
        isBusy={isBusy}
        problem={problem}
        onConfirm={confirm}
      />
    </Card>
  );
}
