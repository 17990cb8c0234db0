import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { SearchX, Users } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { trpc } from "../client.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { TextField } from "../ui/field.tsx";
import { Page } from "../ui/page.tsx";
import { QueryTrouble } from "../ui/query-trouble.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { usersSearch } from "./list-search.ts";
import { UserTable } from "./user-table.tsx";
import "./users-page.css";

const pageSize = 25;
const typingPauseMs = 300;
const route = getRouteApi("/signed-in/admin/");

export function UsersPage(): ReactNode {
  const { q } = route.useSearch();
  const sought = { search: q, limit: pageSize };
  const list = useInfiniteQuery(
    trpc.auth.admin.users.list.infiniteQueryOptions(sought, {
      getNextPageParam: ({ nextCursor }) => nextCursor,
      // What was found before stays until the new page is there: nothing jumps while one types.
      placeholderData: keepPreviousData,
    }),
  );
  const users = list.data?.pages.flatMap((page) => page.users);
  return (
    <Page title="Users" lead="Everybody with an account, the newest first.">
      <SearchUsers q={q} />
      {list.isError && <QueryTrouble error={list.error} retry={list.refetch} />}
      {list.isPending && <Skeleton lines={8} />}
      {users?.length === 0 && <NobodyFound q={q} />}
      {users !== undefined && users.length > 0 && (
        <UserTable users={users} isStale={list.isPlaceholderData} />
      )}
      {list.hasNextPage && (
        <div className="users__more">
          <Button isBusy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </Page>
  );
}

function SearchUsers({ q }: { readonly q: string | undefined }): ReactNode {
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q ?? "");
  const sentRef = useRef(q);

  // The address may change without the field: by the back button, or by a press on "Users".
  useEffect(() => {
    if (q === sentRef.current) return;
    sentRef.current = q;
    setTyped(q ?? "");
  }, [q]);

  useEffect(() => {
    const search = usersSearch({ q: typed });
    if (search.q === sentRef.current) return undefined;
    const timer = setTimeout(() => {
      sentRef.current = search.q;
      void navigate({ search, replace: true });
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [typed, navigate]);

  return (
    <search className="users__search">
      <TextField
        label="Search"
        type="search"
        placeholder="A part of a name or an email"
        maxLength={100}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </search>
  );
}

function NobodyFound({ q }: { readonly q: string | undefined }): ReactNode {
  if (q === undefined) return <EmptyState icon={Users} title="There are no users yet" />;
  return (
    <EmptyState icon={SearchX} title="Nobody found">
      No name and no email has “{q}” in it.
    </EmptyState>
  );
}
