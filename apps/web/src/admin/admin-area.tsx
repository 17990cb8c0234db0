import { useSession } from "@portcullis/react";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useMatchRoute } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../client.ts";
import { AreaNav } from "../ui/area-nav.tsx";
import { NoAdminPage } from "./no-admin-page.tsx";

/** Pages for admins. Others are told how one becomes one: the server answers only admins in any case. */
export function AdminArea(): ReactNode {
  const session = useSession();
  // The session knows the role of its last refresh; a role that was just given counts as well.
  const me = useQuery(trpc.auth.me.queryOptions());
  const role = me.data?.role ?? (session.status === "signedIn" ? session.user.role : undefined);
  const isUserPage = useMatchRoute()({ to: "/admin/users/$userId" }) !== false;
  if (role !== "admin") {
    return <NoAdminPage isBusy={me.isFetching} lookAgain={() => void me.refetch()} />;
  }
  return (
    <>
      <AreaNav label="Admin">
        <Link
          to="/admin"
          data-current={isUserPage || undefined}
          activeOptions={{ exact: true, includeSearch: false }}
          className="area-nav__link"
        >
          Users
        </Link>
        <Link to="/admin/audit" activeOptions={{ includeSearch: false }} className="area-nav__link">
          Audit log
        </Link>
        <Link to="/admin/health" className="area-nav__link">
          Health
        </Link>
      </AreaNav>
      <Outlet />
    </>
  );
}
