import type { UserSummary } from "@portcullis/server";
import type { ReactNode } from "react";
import { Badge } from "../ui/badge.tsx";

export function RoleBadge({ role }: { readonly role: string }): ReactNode {
  return role === "user" ? <Badge>{role}</Badge> : <Badge tone="info">{role}</Badge>;
}

/** What keeps a user from signing in, or that nothing does. */
export function StateBadges({ user }: { readonly user: UserSummary }): ReactNode {
  return (
    <>
      {user.ban !== null && <Badge tone="bad">Banned</Badge>}
      {!user.emailVerified && <Badge tone="warn">Email not verified</Badge>}
      {user.ban === null && user.emailVerified && <Badge tone="good">Active</Badge>}
    </>
  );
}
