import type { UserSummary } from "@portcullis/server";
import { useState, type ReactNode } from "react";
import { client } from "../client.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { BanDialog } from "./ban-dialog.tsx";
import { useAdminAct } from "./use-admin-act.ts";

export function BanCard({ user }: { readonly user: UserSummary }): ReactNode {
  return user.ban === null ? <Ban user={user} /> : <LiftBan user={user} />;
}

function Ban({ user }: { readonly user: UserSummary }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <Card
      title="Ban"
      tone="bad"
      lead="Ends every session at once, and lets none begin until the ban is over."
    >
      <Button variant="danger" onClick={() => setOpen(true)}>
        Ban {user.name}
      </Button>
      <BanDialog user={user} isOpen={isOpen} onClose={() => setOpen(false)} />
    </Card>
  );
}

function LiftBan({ user }: { readonly user: UserSummary }): ReactNode {
  const { isOpen, isBusy, problem, open, close, confirm } = useAdminAct(
    () => client.api.auth.admin.users.unban.mutate({ userId: user.id }),
    `The ban of ${user.name} is lifted.`,
  );
  return (
    <Card title="Ban" lead="They can sign in again once it is lifted. What was ended stays ended.">
      <Button onClick={open}>Lift the ban</Button>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={close}
        title={`Lift the ban of ${user.name}?`}
        lead="They can sign in again at once."
        action="Lift the ban"
        isBusy={isBusy}
        problem={problem}
        onConfirm={confirm}
      />
    </Card>
  );
}
