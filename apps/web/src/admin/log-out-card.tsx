import type { UserSummary } from "@portcullis/server";
import type { ReactNode } from "react";
import { client } from "../client.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { useAdminAct } from "./use-admin-act.ts";

export function LogOutCard({ user }: { readonly user: UserSummary }): ReactNode {
  const { isOpen, isBusy, problem, open, close, confirm } = useAdminAct(
    () => client.api.auth.admin.users.logout.mutate({ userId: user.id }),
    `${user.name} is signed out everywhere.`,
  );
  return (
    <Card
      title="Sessions"
      lead="Signs out every device at once. Nobody is kept from signing in again."
    >
      <Button onClick={open}>Sign out everywhere</Button>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={close}
        title={`Sign ${user.name} out everywhere?`}
        lead="When this returns, no server accepts a token of any of their devices."
        action="Sign out everywhere"
        isBusy={isBusy}
        problem={problem}
        onConfirm={confirm}
      />
    </Card>
  );
}
