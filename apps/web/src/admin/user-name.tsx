import { isPortcullisError } from "@portcullis/client";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { trpc } from "../client.ts";

const nameAgeMaxMs = 60_000;

/** A user by name, with a way to their page. The names of a list are asked for in one batch. */
export function UserName({ userId }: { readonly userId: string }): ReactNode {
  const { data, error } = useQuery(
    trpc.auth.admin.users.byId.queryOptions({ userId }, { staleTime: nameAgeMaxMs }),
  );
  if (data === undefined && isPortcullisError(error) && error.data.reason === "user_not_found") {
    return <span title={userId}>a deleted user</span>;
  }
  return (
    <Link to="/admin/users/$userId" params={{ userId }}>
      {data?.name ?? `user ${userId.slice(0, 8)}`}
    </Link>
  );
}
