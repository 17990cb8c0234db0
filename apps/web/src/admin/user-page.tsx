import { isPortcullisError } from "@portcullis/client";
import { useSession } from "@portcullis/react";
import type { UserSummary } from "@portcullis/server";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, UserX } from "lucide-react";
import type { ReactNode } from "react";
import { trpc } from "../client.ts";
import { buttonLook } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Fact, Facts } from "../ui/facts.tsx";
import { Notice } from "../ui/notice.tsx";
import { Page } from "../ui/page.tsx";
import { QueryTrouble } from "../ui/query-trouble.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { sayExactly, Time } from "../ui/time.tsx";
import { AuditList } from "./audit-list.tsx";
import { BanCard } from "./ban-card.tsx";
import { LogOutCard } from "./log-out-card.tsx";
import { RoleCard } from "./role-card.tsx";
import { RoleBadge, StateBadges } from "./user-badges.tsx";
import "./user-page.css";

const route = getRouteApi("/signed-in/admin/users/$userId");

export function UserPage(): ReactNode {
  const { userId } = route.useParams();
  const {
    data: user,
    error,
    refetch,
  } = useQuery(trpc.auth.admin.users.byId.queryOptions({ userId }));
  return (
    <Page
      title={user?.name ?? "User"}
      lead={user?.email ?? "\u00A0"}
      actions={
        <Link to="/admin" {...buttonLook({ variant: "quiet", size: "small" })}>
          <ArrowLeft aria-hidden /> All users
        </Link>
      }
    >
      {user !== undefined && <UserDetails key={user.id} user={user} />}
      {user === undefined && error === null && <Skeleton lines={6} />}
      {error !== null &&
        (isNobody(error) ? <NoUser /> : <QueryTrouble error={error} retry={refetch} />)}
      {/* Not before what stands above it: that would push it down. */}
      {(user !== undefined || error !== null) && (
        <Card title="What happened" lead="What this user did, and what was done to them.">
          <AuditList userId={userId} />
        </Card>
      )}
    </Page>
  );
}

/** No such user, or no id of one: it was a link that somebody cut off. */
function isNobody(error: unknown): boolean {
  return (
    isPortcullisError(error) &&
    (error.data.reason === "user_not_found" || error.data.reason === "input_invalid")
  );
}

function NoUser(): ReactNode {
  return (
    <EmptyState
      icon={UserX}
      title="There is no such user"
      action={
        <Link to="/admin" {...buttonLook()}>
          To all users
        </Link>
      }
    >
      The account was deleted, or the address is mistyped. What the audit log has is below.
    </EmptyState>
  );
}

function UserDetails({ user }: { readonly user: UserSummary }): ReactNode {
  const session = useSession();
  const isSelf = session.status === "signedIn" && session.user.id === user.id;
  return (
    <>
      {isSelf && (
        <Notice title="This is you">
          Nobody bans themselves or changes their own role. So there is always an admin left.
        </Notice>
      )}
      <div className="user-page">
        <Card title="Account">
          <Facts>
            <Fact name="State">
              <StateBadges user={user} />
            </Fact>
            <Fact name="Role">
              <RoleBadge role={user.role} />
            </Fact>
            <Fact name="Since">
              <Time at={user.createdAt} />
            </Fact>
            <Fact name="Id">
              <code>{user.id}</code>
            </Fact>
            {user.ban !== null && (
              <>
                <Fact name="Banned">
                  <Time at={user.ban.bannedAt} />
                </Fact>
                <Fact name="Ends">
                  {user.ban.expiresAt === null
                    ? "Only when it is lifted"
                    : sayExactly(new Date(user.ban.expiresAt))}
                </Fact>
                <Fact name="Reason">{user.ban.reason ?? "None given"}</Fact>
              </>
            )}
          </Facts>
        </Card>
        <LogOutCard user={user} />
        {!isSelf && (
          <>
            <RoleCard key={user.role} user={user} />
            <BanCard user={user} />
          </>
        )}
      </div>
    </>
  );
}
