import type { UserSummary } from "@portcullis/server";
import { useState, type ReactNode } from "react";
import { client } from "../client.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { SelectField } from "../ui/field.tsx";
import { useAdminAct } from "./use-admin-act.ts";
import "../forms/form.css";

/** The roles of this application. */
const roles = ["user", "admin"];

export function RoleCard({ user }: { readonly user: UserSummary }): ReactNode {
  const [role, setRole] = useState(user.role);
  const { isOpen, isBusy, problem, open, close, confirm } = useAdminAct(
    () => client.api.auth.admin.users.setRole.mutate({ userId: user.id, role }),
    `The role of ${user.name} is ${role} now.`,
  );
  const offered = roles.includes(user.role) ? roles : [user.role, ...roles];
  return (
    <Card title="Role" lead="It holds from their next call on, without signing in again.">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (role !== user.role) open();
        }}
      >
        <SelectField
          label="Role"
          value={role}
          onChange={(event) => setRole(event.currentTarget.value)}
        >
          {offered.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </SelectField>
        <div className="form__actions">
          <Button type="submit" disabled={role === user.role}>
            Change role
          </Button>
        </div>
      </form>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={close}
        title={role === "admin" ? `Make ${user.name} an admin?` : `Make ${user.name} a ${role}?`}
        lead={
          role === "admin"
            ? "Admins see all users and the audit log, ban, sign out, and make other admins."
            : "They lose what their role permits now, from their next call on."
        }
        action="Change role"
        isBusy={isBusy}
        problem={problem}
        onConfirm={confirm}
      />
    </Card>
  );
}
